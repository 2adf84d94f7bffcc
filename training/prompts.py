"""Prompts that a head learns from: what people ask of a small chat model, made from patterns and subjects."""

import itertools
import random

SUBJECTS = """
photosynthesis; the water cycle; volcanoes; the moon; black holes; gravity; electricity; magnets; batteries; solar panels; wind turbines;
bridges; trains; bicycles; the steam engine; printing; paper; glass; steel; concrete; bread; cheese; coffee; tea; chocolate; rice; potatoes;
tomatoes; honey bees; butterflies; whales; owls; wolves; elephants; cats; dogs; horses; dinosaurs; rain forests; deserts; rivers; oceans;
earthquakes; tornadoes; snow; clouds; the seasons; maps; compasses; calendars; clocks; money; taxes; banks; insurance; elections; courts;
schools; libraries; museums; hospitals; vaccines; sleep; exercise; teeth; the heart; the brain; memory; dreams; music; painting; poetry;
theatre; chess; football; swimming; running; camping; gardening; cooking; knitting; photography; computers; databases; the internet; email;
passwords; programming; algorithms; recursion; sorting; hash tables; linked lists; compilers; operating systems; robots; satellites;
machine learning; statistics; probability; fractions; prime numbers; geometry; algebra; ancient Rome; ancient Egypt; the Middle Ages;
the Silk Road; the Renaissance; the Industrial Revolution; lighthouses; airports; postage stamps; umbrellas; bicycles in cities; public parks
"""
ASKING = """
What is {}?; What are the main facts about {}?; Explain {} to a child of ten.; Explain {} in three sentences.; Write a short story about {}.;
Write a poem about {}.; List five interesting facts about {}.; Why does {} matter?; What are the advantages and disadvantages of {}?;
Write an email to a colleague about {}.; Give me tips for somebody who wants to learn about {}.; How has {} changed over the last century?;
Write a dialogue between a teacher and a student about {}.; Summarize what is known about {} as bullet points.; Write the introduction of an essay on {}.;
Describe {} without using technical words.; Make up three quiz questions about {} with answers.; Compare {} with something similar.
"""
CODE = """
reverses a string; finds the largest number in a list; counts the words of a text; checks whether a number is prime; sorts a list of integers;
removes duplicates from a list; computes the factorial of a number; merges two sorted arrays; reads a file line by line; parses a date;
computes the average of numbers; finds the longest word; checks whether a word is a palindrome; converts Celsius to Fahrenheit;
generates Fibonacci numbers; searches a sorted array; groups words by length; validates an email address; flattens a nested list;
counts how often each character occurs; implements a stack; implements a queue; rounds a price; formats a table; sums the digits of a number;
rotates an array by k places; finds the second largest number; transposes a matrix; multiplies two matrices; splits a text into sentences;
parses a line of comma-separated values; prints a multiplication table; computes the greatest common divisor; converts a number to binary;
checks whether two words are anagrams; finds the first repeated character; swaps keys and values of a map; walks a binary tree in order;
inserts into a linked list; reverses a linked list; caches results of a slow function; retries a request three times; reads settings from a file;
computes compound interest; simulates rolling dice; plays tic-tac-toe; capitalises every word; checks balanced brackets; merges overlapping intervals;
finds all files with an ending in a folder; counts vowels; encrypts a text with a Caesar cipher; formats seconds as hours and minutes
"""
CODE_ASKING = """
Write a Python function that {}.; Write a Java method that {}.; Write a JavaScript function that {}.; Show me code that {} and explain it.;
Write a unit test for a function that {}.; Write a Java class with a main method that {}.; Write a C function that {}.
"""
SENTENCES = """
The train to the coast leaves at nine and arrives before noon.; Our neighbours planted two apple trees behind the old barn.;
The committee postponed the vote because three members were ill.; She found a box of letters in the attic and read them all night.;
A storm damaged the roof of the school, so lessons took place in the town hall.; The museum opens a new hall about the history of ships in May.;
He repaired the radio with parts from a broken clock.; The bakery sells out of rye bread every Saturday morning.;
Scientists measured the temperature of the lake for forty years.; The two villages share one well and one doctor.;
After the flood the farmers moved their fields to higher ground.; The orchestra practised the second movement until midnight.
"""
EDITING = """
Translate into French: {}; Translate into German: {}; Translate into Spanish: {}; Rewrite more formally: {}; Make this shorter: {};
Continue this story: {}; Correct the grammar, if needed: {}; Which nouns are in this sentence? {}; Turn this into a question: {};
Write a headline for this news: {}; What could have happened before this? {}
"""


def entries(text):
    return [x.strip() for x in text.replace("\n", " ").split(";") if x.strip()]


def arithmetic(rng, count):
    for _ in range(count):
        a, b, c = rng.randint(2, 90), rng.randint(2, 90), rng.randint(2, 12)
        yield rng.choice(
            [
                f"What is {a} + {b}?",
                f"What is {a} times {c}? Explain step by step.",
                f"A shop sells pens for {c} dollars each. How much do {a} pens cost?",
                f"Anna has {a + b} apples and gives {a} to Ben. How many are left?",
                f"A car drives {a} kilometres in one hour. How far does it drive in {c} hours?",
            ]
        )


def prompts(seed):
    """All prompts in random order."""
    rng = random.Random(seed)
    kept = list(arithmetic(rng, 120))
    for asking, about in ((ASKING, SUBJECTS), (CODE_ASKING, CODE), (EDITING, SENTENCES)):
        kept += [a.format(x) for a, x in itertools.product(entries(asking), entries(about))]
    rng.shuffle(kept)
    return kept

"""Prompts that a head learns from: what people ask of a small chat model.

Made from patterns with subjects, with Java of the training libraries, with invented records, and with what the model itself
answered before: stories to summarise, code to edit.
"""

import itertools
import random
import re

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


COMPLETING = """
Complete this Java code:; Continue this Java code:; Finish this Java class:; Write the rest of this Java code:
"""
CODE_EDITING = """
Add a comment above each function of this code and print all of it:; Rename one variable of this code to a better name and print the whole code again:;
Add checks of the arguments and print the whole code again:; Translate this code into Python:; Translate this code into JavaScript:; Translate this code into Java:;
Print this code again with logging added:; Replace `int` by `long` everywhere in this code and print it again:; Explain this code line by line:;
Find the bug in this code and print the corrected code:; Make this code shorter and print all of it:; Repeat this code and add one more method:;
Write a unit test for this code:; Add a docstring and print the whole code again:
"""
READING = """
Summarise this text in two sentences:; Summarise this text in three sentences and quote one sentence from it word for word:; Quote the first sentence of this text:;
Repeat this text, then say in one sentence what it is about:; List the main points of this text:; Translate into French:; Translate into German:;
Translate into Spanish:; Translate into Italian:; Rewrite this text for children:; Give this text a title and repeat it:; Correct this text and print it again:;
Copy every sentence of this text that contains a name, word for word:; Ask three questions about this text and answer them:; Continue this text:
"""
EXTRACTING = """
Copy every line that contains {0}, word for word:; Write these lines as a JSON array:; Write these lines as a table:; Copy the first field of each line, one on each line:;
List all numbers in these lines, each with the line in which it stands:; Sort these lines and print them again:; Write these lines as comma-separated values:;
Copy all lines but those that contain {0}:
"""
NAMES = "Nora Ivo Samir Petra Hugo Leila Oskar Mei Tariq Greta Pablo Yuki Edda Kwame Rosa Milan".split()
TOWNS = "Bergen Porto Lyon Graz Turku Cork Ghent Split Malmo Bilbao Tartu Brno Utrecht Siena".split()
GOODS = "chairs lamps cups shelves spoons blankets candles mirrors baskets clocks bowls rugs".split()
LEVELS = "INFO WARN ERROR DEBUG".split()
PROBLEMS = """
MATHS: {a} percent of {b}; the area of a rectangle of {a} by {b} metres; the average of {a}, {b} and {c}; the next three numbers after {a}, {b}; {b} divided by {c};
the first eight multiples of {c}; the change from {b} dollars after buying {c} pens for {a} cents each; the perimeter of a square with sides of {a} cm;
how many days {b} pages last at {c} pages a day; x in the equation {c}x + {a} = {b}
"""


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


def problems(rng, count):
    kinds = entries(PROBLEMS.replace("MATHS:", ""))
    asking = ["What is {}? Explain step by step.", "Calculate {} and show the calculation.", "Find {}.", "How do I work out {}?"]
    for _ in range(count):
        values = {"a": rng.randint(5, 95), "b": rng.randint(20, 400), "c": rng.randint(2, 12)}
        yield rng.choice(asking).format(rng.choice(kinds).format(**values))


def records(rng, count):
    """Lists, logs and orders with something to extract from them."""
    for _ in range(count):
        name, town, good = (lambda: rng.choice(NAMES)), (lambda: rng.choice(TOWNS)), (lambda: rng.choice(GOODS))
        forms = [
            lambda: f"{name()}, {rng.randint(18, 80)}, {town()}, joined 20{rng.randint(10, 25)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
            lambda: f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02} {rng.choice(LEVELS)} worker-{rng.randint(1, 9)} {rng.choice(['started', 'finished', 'failed'])} job {rng.randint(100, 999)}",
            lambda: f"order {rng.randint(1000, 9999)}: {rng.randint(1, 40)} {good()} at {rng.randint(2, 90)}.{rng.randint(0, 99):02} for {name()} in {town()}",
            lambda: f"{name()} {rng.choice(['sells', 'buys', 'repairs', 'paints'])} {rng.randint(2, 30)} {good()} in {town()} on day {rng.randint(1, 28)}.",
            lambda: f"{name().lower()}@{town().lower()}.example; {rng.randint(1, 12)} {good()}",
        ]
        form = rng.choice(forms)
        lines = [form() for _ in range(rng.randint(4, 7))]
        word = rng.choice(rng.choice(lines).replace(",", " ").split())
        yield rng.choice(entries(EXTRACTING)).format(word) + "\n\n" + "\n".join(lines)


def java(rng, files, count):
    """Beginnings to complete and methods to edit; `files` are texts."""
    method = re.compile(r"(?:^    [^ \n}/*][^;\n]*\n)+(?:^(?: {5,}\S.*)?\n){1,16}^    \}\n", re.M)
    completing, editing = entries(COMPLETING), entries(CODE_EDITING)
    while count > 0:
        text = rng.choice(files)
        methods = [m.group() for m in method.finditer(text) if 80 < len(m.group()) < 480]
        if not methods:
            continue
        count -= 1
        if rng.random() < 0.5:
            yield rng.choice(editing) + "\n\n" + rng.choice(methods)
        else:
            start = max(text.rfind("\n/**", 0, 4000), text.find("\npublic ")) if rng.random() < 0.5 else text.find(rng.choice(methods))
            lines = text[max(0, start) :].strip("\n").split("\n")[: rng.randint(4, 14)]
            yield rng.choice(completing) + "\n\n" + "\n".join(lines)[:600] + "\n"


def about(rng, answers):
    """Prompts about texts that the model wrote itself."""
    editing, reading = entries(CODE_EDITING), entries(READING)
    for answer in answers:
        if code := re.search(r"```\w*\n(.{60,520}?)```", answer, re.S):
            yield rng.choice(editing) + "\n\n" + code.group(1)
        elif len(text := answer[: rng.randint(80, 560)].rpartition(".")[0]) > 40:
            yield rng.choice(reading) + "\n\n" + text + "."


def prompts(seed, files=()):
    """All prompts in random order; with Java files, those about code of them too."""
    rng = random.Random(seed)
    kept = list(arithmetic(rng, 120))
    for asking, about_what in ((ASKING, SUBJECTS), (CODE_ASKING, CODE), (EDITING, SENTENCES)):
        kept += [a.format(x) for a, x in itertools.product(entries(asking), entries(about_what))]
    if files:
        kept += [*problems(rng, 300), *records(rng, 500), *java(rng, files, 1600)]
    rng.shuffle(kept)
    return kept

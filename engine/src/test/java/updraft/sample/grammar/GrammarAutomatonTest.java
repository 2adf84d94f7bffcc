package updraft.sample.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import updraft.request.InvalidRequestException;

class GrammarAutomatonTest {
  private static final String JSON =
      """
      # as llama.cpp's json.gbnf writes it
      root   ::= object
      value  ::= object | array | string | number | ("true" | "false" | "null") ws
      object ::=
        "{" ws (
                  string ":" ws value
          ("," ws string ":" ws value)*
        )? "}" ws
      array  ::= "[" ws ( value ("," ws value)* )? "]" ws
      string ::= "\\"" ( [^"\\\\\\x7F\\x00-\\x1F] | "\\\\" (["\\\\bfnrt] | "u" [0-9a-fA-F]{4}) )* "\\"" ws
      number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws
      ws ::= | " " | "\\n" [ \\t]{0,20}
      """;

  @Test
  void agreesWithTheMeaningOfRandomGrammars() {
    SplittableRandom random = new SplittableRandom(1);
    int matched = 0;
    int refused = 0;
    for (int i = 0; i < 400; i++) {
      String grammar = RandomGrammars.next(random);
      GrammarAutomaton automaton;
      try {
        automaton = Texts.automaton(grammar);
      } catch (InvalidRequestException e) {
        assertThat(e.getMessage()).matches("a rule must not begin with itself.*|.*matches none");
        refused++;
        continue;
      }
      for (int j = 0; j < 60; j++) {
        String text = RandomGrammars.text(random);
        boolean expected = NaiveGrammar.matches(grammar, text);
        assertThat(Texts.matches(automaton, text))
            .as("%s on '%s'", grammar, text)
            .isEqualTo(expected);
        matched += expected ? 1 : 0;
      }
    }
    assertThat(matched).isGreaterThan(1000);
    assertThat(refused).isBetween(10, 300);
  }

  @Test
  void whatIsAllowedCanBeCompletedAndNothingElseIsLeftOut() {
    SplittableRandom random = new SplittableRandom(2);
    for (String grammar :
        List.of(JSON, "root ::= \"a\" root \"b\" | \"é\"+ | [^a-z]{2,3} \"c\"?")) {
      GrammarAutomaton automaton = Texts.automaton(grammar);
      for (int walk = 0; walk < 20; walk++) {
        GrammarState state = automaton.start();
        for (int step = 0; step < 40; step++) {
          int[] allowed = Texts.allowed(automaton, state);
          assertThat(allowed).isNotEmpty();
          List<Integer> expected = new ArrayList<>();
          for (int token = 0; token < Texts.VOCABULARY; token++) {
            if (automaton.after(state, token) != null) {
              expected.add(token);
            }
          }
          assertThat(allowed).containsExactly(expected.stream().mapToInt(t -> t).toArray());
          int token = allowed[random.nextInt(allowed.length)];
          if (token == Texts.END) {
            break;
          }
          state = automaton.after(state, token);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"a\": [1, -2.5e+3, {\"é\\u00e9\\n\": null}], \"b\":true}\n",
        "{\"𝄞\":\"\"}"
      })
  void jsonIsMatched(String text) {
    assertThat(Texts.matches(JSON, text)).isTrue();
    assertThat(NaiveGrammar.matches(JSON, text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "{\"a\"}", "{\"a\":01}", "{\"a\":\"\n\"}", "{\"a\":1}}"})
  void whatIsNotJsonIsNot(String text) {
    assertThat(Texts.matches(JSON, text)).isFalse();
  }

  @Test
  void bytesThatAreNoUtf8AreNeverLetThrough() {
    GrammarAutomaton automaton = Texts.automaton("root ::= .*");
    assertThat(automaton.after(automaton.start(), 0x80)).isNull();
    assertThat(automaton.after(automaton.start(), 0xC0)).isNull(); // overlong
    GrammarState surrogate = automaton.after(automaton.start(), 0xED);
    assertThat(automaton.after(surrogate, 0xA0)).isNull();
    GrammarState half = automaton.after(automaton.start(), 0xC3);
    assertThat(half.complete()).isFalse();
    assertThat(automaton.after(half, Texts.END)).isNull();
  }

  @Test
  void aDeadEndIsNotEntered() {
    GrammarAutomaton automaton =
        Texts.automaton("root ::= \"x\" | \"y\" endless | \"z\" []\nendless ::= \"y\" endless");
    assertThat(Texts.allowed(automaton, automaton.start())).containsExactly('x');
  }

  @Test
  void onlyAnEndFollowsACompleteText() {
    GrammarAutomaton automaton = Texts.automaton("root ::= \"ab\"");
    GrammarState end = automaton.after(automaton.start(), 257 + 6); // "ab"
    assertThat(end.finished()).isTrue();
    assertThat(Texts.allowed(automaton, end)).containsExactly(Texts.END);
    assertThat(automaton.after(end, Texts.END)).isSameAs(end);
  }

  @Test
  void theSamePlaceIsTheSameState() {
    GrammarAutomaton automaton = Texts.automaton(JSON);
    assertThat(after(automaton, "{\"a\":[1,{\"b\":\"x"))
        .isSameAs(after(automaton, "{\"zz\":[2.5,\"c\",{\"b\":\"yyy"));
    assertThat(after(automaton, "{\"a\":[")).isNotSameAs(after(automaton, "{\"a\":[["));
  }

  @Test
  void listsByRecursionDoNotGrowTheStack() {
    GrammarAutomaton automaton =
        Texts.automaton("root ::= items\nitems ::= \"a\" rest\nrest ::= \",\" items | \"\"");
    assertThat(after(automaton, "a,a,a")).isSameAs(after(automaton, "a"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "root ::= (\"a\"+)+ \"c\"",
        "root ::= ((\"a\" | \"a\")* \"a\"*)* \"c\"",
        "root ::= (\"a\"?){500} \"a\"{500} \"c\"",
        "root ::= (\"a\" | \"b\")* \"a\" (\"a\" | \"b\"){16} \"c\"",
        "root ::= s \"c\"\ns ::= \"a\" s | \"aa\" s | \"\""
      })
  void whatMakesOthersBacktrackTakesLinearTime(String grammar) {
    GrammarAutomaton automaton = Texts.automaton(grammar);
    String text = "a".repeat(2000);
    Assertions.assertTimeout(
        Duration.ofSeconds(10), () -> assertThat(Texts.matches(automaton, text + "b")).isFalse());
  }

  @Test
  void tooManyPlacesAtOnceAreRefusedAndNothingElseIsDisturbed() {
    GrammarAutomaton automaton = Texts.automaton("root ::= ((\"a\"?){3000} \"b\") | \"c\"{5}");
    assertThatThrownBy(() -> automaton.after(after(automaton, ""), 'a'))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining("less ambiguous");
  }

  private static GrammarState after(GrammarAutomaton automaton, String text) {
    GrammarState state = automaton.start();
    for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
      state = automaton.after(state, value);
    }
    return state;
  }
}

package updraft.sample.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import updraft.request.InvalidRequestException;

class GrammarTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '~',
      value = {
        "root := x ~ ::= must come before ':': grammar line=1, column=6",
        "root ::= \"a ~ a string or a class must be closed: grammar line=1, column=12",
        "root ::= [b-a] ~ a range of characters must ascend: grammar line=1, column=14",
        "root ::= (\"a\" ~ ) is missing: grammar line=1, column=14",
        "root ::= \"a\"{3,2} ~ a repetition must be {min,max} with min at most max: grammar line=1,"
            + " column=18",
        "root ::= \"\\q\" ~ an escape must be one of n r t x u U \\ \" [ ] - ^: grammar line=1,"
            + " column=13",
        "a ::= \"x\" ~ a grammar must have a rule named root: grammar line=1, column=10",
        "root ::= b ~ a rule that is named must be defined: rule=b",
        "root ::= root \"a\" | \"a\" ~ a rule must not begin with itself: rule=root",
        "root ::= \"a\" root ~ a grammar must match some text, this one matches none",
        "root ::= [] ~ a grammar must match some text, this one matches none",
        "root ::= \"a\"{99999999} ~ a count must be a number of at most 1048576: grammar line=1,"
            + " column=21",
        "root ::= (((\"a\"{1000}){1000}){1000}) ~ a grammar must have at most 65536 parts,"
            + " repetitions counted as often as they repeat",
        "root ::= (((\"\"{1000}){1000}){1000}) ~ a grammar must have at most 65536 parts,"
            + " repetitions counted as often as they repeat",
      })
  void whatCannotBeServedIsRefused(String grammar, String message) {
    assertThatThrownBy(() -> Grammar.parse(grammar))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage(message);
  }

  @Test
  void deepNestingIsRefusedBeforeTheStackEnds() {
    assertThatThrownBy(() -> Grammar.parse("root ::= " + "(".repeat(100_000)))
        .hasMessageStartingWith("groups must be nested at most 100 deep");
    assertThatThrownBy(() -> Grammar.parse("root ::= \"a\"" + "?".repeat(100_000)))
        .hasMessageStartingWith("a part must be repeated at most 100 times over");
  }

  @Test
  void manyRulesInALineNeedNoStack() {
    StringBuilder text = new StringBuilder("root ::= r0\n");
    for (int i = 0; i < 15_000; i++) {
      text.append("r").append(i).append(" ::= r").append(i + 1).append(" \n");
    }
    text.append("r15000 ::= \"a\"");
    assertThat(Texts.matches(text.toString(), "a")).isTrue();
  }

  @Test
  void commentsLinesAndEscapesAreRead() {
    String grammar =
        "# first\n"
            + "root ::= # second\n"
            + "  \"\\\"\\\\\\n"
            + "\\x41\\u00e9\\U0001D11E\" # third\n"
            + " | [\\]\\-^]\n";
    assertThat(Texts.matches(grammar, "\"\\\nAé\uD834\uDD1E")).isTrue();
    assertThat(Texts.matches(grammar, "^")).isTrue();
    assertThat(Texts.matches(grammar, "]")).isTrue();
  }
}

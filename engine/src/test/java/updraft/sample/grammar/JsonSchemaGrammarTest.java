package updraft.sample.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import updraft.request.InvalidRequestException;

class JsonSchemaGrammarTest {
  private static final JsonMapper JSON = JsonMapper.shared();

  private static GrammarAutomaton automaton(String schema) {
    return Texts.automaton(grammar(schema));
  }

  private static String grammar(String schema) {
    return JsonSchemaGrammar.of(JSON.readValue(schema, Object.class));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '~',
      value = {
        "{'type':'string','minLength':2,'maxLength':3} ~ 'ab' 'a\\n\\u00e9' ~ 'a' 'abcd' 5",
        "{'type':'string','pattern':'^a+b?$'} ~ 'aab' 'a' ~ '' 'b' 'aabb' 'xa'",
        "{'type':'string','pattern':'[0-9]{2}'} ~ '12' 'x12y' ~ '1' 'ab'",
        "{'type':'string','pattern':'^(a|b)|c$'} ~ 'ax' 'bc' 'xc' ~ 'xa' 'cx'",
        "{'type':'string','pattern':'^\\\\d\\\\s\\\\w\\\\.\\\"$'} ~ '1 z.\\\"' '1\\tz.\\\"' ~"
            + " '1zz.' '1 zx\\\"'",
        "{'type':'string','format':'date'} ~ '2026-11-24' ~ '2026-13-24' '26-11-24'",
        "{'type':'string','format':'email'} ~ 'a.b@c.de' ~ 'a@b' '@c.de'",
        "{'type':'integer'} ~ 0 -5 123 ~ 1.5 01 '1'",
        "{'type':'integer','minimum':-12,'maximum':105} ~ -12 -9 -1 0 9 10 99 100 105 ~ -13 -20 106"
            + " 110 1000 -100",
        "{'type':'integer','exclusiveMinimum':9.5,'exclusiveMaximum':100} ~ 10 55 99 ~ 9 100",
        "{'type':'integer','minimum':37} ~ 37 38 40 99 100 99999 ~ 36 9 0 -40",
        "{'type':'integer','maximum':-3} ~ -3 -4 -40 ~ -2 0 3",
        "{'type':'number','minimum':0,'exclusiveMaximum':2} ~ 0 0.5 1 1.99 ~ -1 2 2.0 2.5 -0.5",
        "{'type':'number','exclusiveMinimum':-1,'maximum':1} ~ -0.99 0 1 1.0 0.3 ~ -1 -1.0 1.1 2",
        "{'type':'boolean'} ~ true false ~ null 1",
        "{'enum':['a',3,null,{'x':[1]}]} ~ 'a' 3 null {'x':[1]} ~ 'b' {'x':[]}",
        "{'type':['string','null'],'enum':['a',null,7]} ~ 'a' null ~ 7",
        "{'const':'\\\"é\\\\'} ~ '\\\"é\\\\' ~ 'é'",
        "{'type':'array','items':{'type':'null'},'minItems':1,'maxItems':2} ~ [null] [null,null] ~"
            + " [] [null,null,null] [1]",
        "{'type':'array','prefixItems':[{'type':'null'},{'type':'boolean'}],'items':false} ~ []"
            + " [null] [null,true] ~ [true] [null,true,1]",
        "{'type':'array','prefixItems':[{'type':'null'}],'items':{'const':1},'minItems':2} ~"
            + " [null,1] [null,1,1] ~ [null] [] [1,1]",
        "{'type':'object','properties':{'a':{'const':1},'b':{'const':2},'c':{'const':3}},"
            + "'required':['b']} ~ {'b':2} {'a':1,'b':2} {'b':2,'c':3} {'a':1,'b':2,'c':3} ~ {}"
            + " {'a':1} {'b':2,'d':4} {'a':1,'c':3} {,'b':2} {'b':2,}",
        "{'properties':{'ab':{'const':1}},'additionalProperties':{'type':'boolean'}} ~ {} {'ab':1}"
            + " {'ab':1,'x':true} {'a':true,'abc':false} ~ {'ab':true} {'x':1} {'x':true,'ab':1}",
        "{'type':'object'} ~ {} {'a':[{}]} ~ [] 1",
        "{'anyOf':[{'type':'null'},{'type':'object','properties':{'n':{'$ref':'#'}}}]} ~ null {}"
            + " {'n':{'n':null}} ~ {'n':1}",
        "{'$defs':{'t':{'type':'array','items':{'$ref':'#/$defs/t'}}},'$ref':'#/$defs/t'} ~ [] [[]]"
            + " [[],[[]]] ~ [1] {}",
        "{'allOf':[{'properties':{'a':{'const':1}},'required':['a']},{'properties':{'b':{'const':"
            + "2}}}]} ~ {'a':1} {'a':1,'b':2} ~ {'b':2}",
        "{'oneOf':[{'const':1},{'const':2}]} ~ 1 2 ~ 3",
        "true ~ 1 'a' {'b':[]} ~ a",
      })
  void matchesWhatTheSchemaAccepts(String schema, String accepted, String refused) {
    GrammarAutomaton automaton = automaton(schema.replace('\'', '"'));
    for (String text : accepted.split(" (?=['\\[{\\dtfn-])")) {
      assertThat(Texts.matches(automaton, text.replace('\'', '"'))).as(text).isTrue();
    }
    for (String text : refused.split(" (?=['\\[{\\dtfna-])")) {
      assertThat(Texts.matches(automaton, text.replace('\'', '"'))).as(text).isFalse();
    }
  }

  @Test
  void whateverIsAllowedIsJson() {
    SplittableRandom random = new SplittableRandom(5);
    GrammarAutomaton any = Texts.automaton(JsonSchemaGrammar.anyObject());
    int whole = 0;
    for (int i = 0; i < 300; i++) {
      String text = Texts.text(Texts.walk(any, random, 60));
      if (Texts.matches(any, text)) {
        assertThat(JSON.readTree(text).isObject()).as(text).isTrue();
        whole++;
      }
    }
    assertThat(whole).isGreaterThan(30);
  }

  @Test
  void integersInRandomRangesAreExactlyThose() {
    SplittableRandom random = new SplittableRandom(6);
    for (int i = 0; i < 60; i++) {
      long low = random.nextLong(-1200, 1200);
      long high = low + random.nextLong(0, 1500);
      GrammarAutomaton automaton =
          automaton("{\"type\":\"integer\",\"minimum\":" + low + ",\"maximum\":" + high + "}");
      for (long n = low - 150; n < high + 150; n += random.nextInt(1, 4)) {
        assertThat(Texts.matches(automaton, Long.toString(n)))
            .as("%d in [%d, %d]", n, low, high)
            .isEqualTo(n >= low && n <= high);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '~',
      value = {
        "{'enum':[]} ~ a schema must be satisfied by some value: schema=#",
        "{'properties':{'a':{'enum':[1],'type':'string'}}} ~ a schema must be satisfied by some"
            + " value: schema=#/properties/a",
        "{'minLength':3,'maxLength':2} ~ a schema must be satisfied by some value: at least 3, at"
            + " most 2: schema=#",
        "{'items':false,'minItems':1} ~ a schema must be satisfied by some value: schema=#",
        "{'not':{}} ~ a schema must do without not, it is not supported: schema=#",
        "{'properties':{'x':{'uniqueItems':true}}} ~ a schema must do without uniqueItems, it is"
            + " not supported: schema=#/properties/x",
        "{'$ref':'https://example.org/s'} ~ $ref must be a reference within the schema, #/…:"
            + " schema=https://example.org/s",
        "{'$ref':'#/nowhere'} ~ $ref must name a part of the schema: schema=#/nowhere",
        "{'type':'text'} ~ type must be a type of JSON: type=text: schema=#",
        "{'allOf':[{'$ref':'#'}]} ~ allOf must come to an end after 64 schemas: schema=#",
        "{'pattern':'(?=a)'} ~ pattern must not look around nor switch modes: place=2:"
            + " pattern=(?=a)",
        "{'pattern':'(a)\\\\1'} ~ pattern must not have the escape \\1: pattern=(a)\\1",
        "{'pattern':'a{2'} ~ pattern must have counts as {m}, {m,} or {m,n}: place=1: pattern=a{2",
        "[] ~ a schema must be an object or a boolean: schema=#",
      })
  void whatAGrammarCannotHoldIsRefused(String schema, String message) {
    assertThatThrownBy(() -> grammar(schema.replace('\'', '"')))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"$ref\":\"#\"}",
        "{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}},"
            + "\"$ref\":\"#/$defs/a\"}",
        "{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"a\"]}",
        "{\"type\":\"integer\",\"minimum\":3,\"maximum\":2}",
        "false"
      })
  void whatCanNeverBeCompletedIsRefusedWhenTheGrammarIsRead(String schema) {
    assertThatThrownBy(() -> Grammar.parse(grammar(schema)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageMatching("a rule must not begin with itself.*|.*this one matches none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "^(a+)+$",
        "^(a|aa)+$",
        "(.*)*x(.*)*y",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "^(a?){60}a{60}$"
      })
  void patternsThatMakeOthersBacktrackTakeLinearTime(String pattern) {
    GrammarAutomaton automaton =
        automaton(JSON.writeValueAsString(Map.of("type", "string", "pattern", pattern)));
    String text = "\"" + "a".repeat(3000) + "!";
    Assertions.assertTimeout(
        Duration.ofSeconds(10), () -> assertThat(Texts.matches(automaton, text)).isFalse());
  }

  @Test
  void patternsThatAreTooLargeAreRefused() {
    String bomb = "{\"type\":\"string\",\"pattern\":\"((a{999}){999}){999}\"}";
    assertThatThrownBy(() -> Grammar.parse(grammar(bomb)))
        .hasMessageStartingWith("a grammar must have at most 65536 parts");
    String deep = JSON.writeValueAsString(Map.of("pattern", "(".repeat(1000) + ")".repeat(1000)));
    assertThatThrownBy(() -> grammar(deep))
        .hasMessageStartingWith("pattern must have groups nested at most 40 deep");
  }

  @Test
  void patternsAgreeWithRandomTexts() {
    SplittableRandom random = new SplittableRandom(8);
    String[] patterns = {
      "^a*(b|é)+$", "ab?a", "^(ab|a)*b$", "[^a]é", "^.{2,4}$", "b$|^é", "(aa|b){2}"
    };
    for (String pattern : patterns) {
      GrammarAutomaton automaton =
          automaton(JSON.writeValueAsString(Map.of("type", "string", "pattern", pattern)));
      for (int i = 0; i < 300; i++) {
        String text = RandomGrammars.text(random);
        JsonNode node = JSON.valueToTree(text);
        assertThat(Texts.matches(automaton, node.toString()))
            .as("%s in '%s'", pattern, text)
            .isEqualTo(Pattern.compile(pattern).matcher(text).find());
      }
    }
  }

  @Test
  void aLargeSchemaStaysLinear() {
    StringBuilder schema = new StringBuilder("{\"type\":\"object\",\"properties\":{");
    for (int i = 0; i < 400; i++) {
      schema.append(i == 0 ? "" : ",").append("\"p").append(i).append("\":{\"type\":\"integer\"}");
    }
    schema.append("},\"additionalProperties\":{\"type\":\"null\"}}");
    String grammar = grammar(schema.toString());
    assertThat(grammar.length()).isLessThan(400_000);
    GrammarAutomaton automaton = Texts.automaton(grammar);
    assertThat(Texts.matches(automaton, "{\"p1\":1,\"p399\":2,\"p400\":null}")).isTrue();
    assertThat(Texts.matches(automaton, "{\"p1\":1,\"p0\":2}")).isFalse();
  }
}

package updraft.text.jinja;

/**
 * A piece of a template.
 *
 * @param text the text itself, the name, or the operator; for a string literal its content
 * @param value the number of a number literal; otherwise the text
 * @param at offset in the template
 */
record Token(Kind kind, String text, Object value, int at) {
  enum Kind {
    TEXT,
    OUTPUT_START,
    OUTPUT_END,
    TAG_START,
    TAG_END,
    NAME,
    STRING,
    NUMBER,
    OPERATOR,
    END
  }

  Token(Kind kind, String text, int at) {
    this(kind, text, text, at);
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  /** For messages. */
  String described() {
    return switch (kind) {
      case TEXT -> "text";
      case OUTPUT_START, TAG_START -> "the start of a tag";
      case OUTPUT_END -> "'}}'";
      case TAG_END -> "'%}'";
      case STRING -> "a string";
      case NAME, NUMBER, OPERATOR -> "'" + text + "'";
      case END -> "the end of the template";
    };
  }
}

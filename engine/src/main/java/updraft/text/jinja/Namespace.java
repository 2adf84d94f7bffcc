package updraft.text.jinja;

import java.util.Map;

/** What {@code namespace(...)} makes: fields that inner scopes can assign. */
record Namespace(Map<String, Object> fields) {}

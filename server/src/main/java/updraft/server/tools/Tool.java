package updraft.server.tools;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A function that a model may call.
 *
 * @param definition as the request has it, for the template
 * @param parameters the schema of its arguments, or null for none
 * @param strict whether arguments must be held to the schema whatever it says
 */
record Tool(
    String name, Map<String, Object> definition, @Nullable Object parameters, boolean strict) {}

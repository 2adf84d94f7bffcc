package updraft.cli;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Where options of {@code serve} come from that are not on the command line: a variable {@code
 * UPDRAFT_PORT} for {@code --port}, else a line {@code port = 8080} of the file that {@code
 * --config} or {@code UPDRAFT_CONFIG} names. One precedence for all: command line, environment,
 * file, default.
 */
final class ServeConfig implements IDefaultValueProvider {
  private static final Set<String> COMMAND_LINE_ALONE =
      Set.of("config", "print-config", "help", "version", "verbose");

  private final Map<String, String> environment;
  private final @Nullable Path file;
  private @Nullable Properties read;

  ServeConfig(List<String> arguments, Map<String, String> environment) {
    this.environment = environment;
    String named = environment.get("UPDRAFT_CONFIG");
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.startsWith("--config=")) {
        named = argument.substring("--config=".length());
      } else if (argument.equals("--config") && i + 1 < arguments.size()) {
        named = arguments.get(i + 1);
      }
    }
    this.file = named == null || named.isEmpty() ? null : Path.of(named);
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) throws IOException {
    if (!(argument instanceof OptionSpec option) || COMMAND_LINE_ALONE.contains(name(option))) {
      return null;
    }
    String value = environment.get(variable(name(option)));
    return value == null ? properties().getProperty(name(option)) : value;
  }

  private static String name(OptionSpec option) {
    return option.longestName().substring(2);
  }

  private static String variable(String name) {
    return "UPDRAFT_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  private Properties properties() throws IOException {
    Properties known = read;
    if (known == null) {
      known = new Properties();
      try (Reader reader = file == null ? new StringReader("") : Files.newBufferedReader(file)) {
        known.load(reader);
      } catch (IllegalArgumentException e) {
        throw new IOException("a configuration must be of lines NAME = VALUE: file=" + file, e);
      }
      read = known;
    }
    return known;
  }

  /**
   * @throws IllegalArgumentException if the file names what is no option
   */
  void refuseUnknown(CommandSpec command) throws IOException {
    for (String name : properties().stringPropertyNames()) {
      if (command.findOption("--" + name) == null || COMMAND_LINE_ALONE.contains(name)) {
        throw new IllegalArgumentException(
            "a configuration must name options of serve: file=" + file + ", name=" + name);
      }
    }
  }

  /** All options as such a file has them, each with where it comes from. */
  String show(CommandSpec command) throws IOException {
    StringBuilder text = new StringBuilder();
    for (OptionSpec option : command.options()) {
      String name = name(option);
      if (COMMAND_LINE_ALONE.contains(name)) {
        continue;
      }
      Object value = option.getValue();
      boolean none = value == null || (value instanceof List<?> list && list.isEmpty());
      text.append(none ? "# " : "")
          .append(name)
          .append(" =")
          .append(none ? "" : " " + shown(value))
          .append('\n');
      String source = source(option, name, command);
      if (!source.isEmpty()) {
        text.insert(text.lastIndexOf("\n", text.length() - 2) + 1, "# " + source + ":\n");
      }
    }
    return text.toString();
  }

  private static String shown(@Nullable Object value) {
    return value instanceof List<?> list
        ? String.join(",", list.stream().map(String::valueOf).toList())
        : String.valueOf(value);
  }

  private String source(OptionSpec option, String name, CommandSpec command) throws IOException {
    if (command.commandLine().getParseResult().hasMatchedOption(option)) {
      return "command line";
    }
    if (environment.containsKey(variable(name))) {
      return variable(name);
    }
    return properties().containsKey(name) ? String.valueOf(file) : "";
  }
}

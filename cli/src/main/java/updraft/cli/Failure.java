package updraft.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;
import updraft.cli.models.ModelException;
import updraft.model.GgufException;
import updraft.text.UnsupportedTokenizerException;
import updraft.text.jinja.TemplateException;

/**
 * Why a command failed, for its user.
 *
 * @param status 1 when it failed, 2 when it was used wrongly
 * @param message one line: the constraint first, then name=value, then what to do
 */
record Failure(int status, String message) {
  static final int FAILED = 1;
  static final int USAGE = 2;

  Failure {
    message = OneLine.of(message.strip().replaceAll("\\s*\\R\\s*", " "));
  }

  static Failure of(Throwable problem) {
    return switch (problem) {
      case ParameterException e -> new Failure(USAGE, usage(e));
      case GgufException e -> failed(e);
      case UnsupportedTokenizerException e -> failed(e);
      case ModelException e -> failed(e);
      case CommandException e -> failed(e);
      case TemplateException e -> failed(e);
      case InvalidPathException e ->
          new Failure(USAGE, "a path must be one: path=" + e.getInput() + ", " + e.getReason());
      case IllegalArgumentException e -> new Failure(USAGE, text(e));
      case UncheckedIOException e -> failed(e);
      case IOException e -> new Failure(FAILED, text(e));
      case OutOfMemoryError e ->
          new Failure(
              FAILED,
              "memory ran out: heap="
                  + Sizes.show(Runtime.getRuntime().maxMemory())
                  + " ("
                  + e.getMessage()
                  + "); give more with UPDRAFT_JAVA_OPTS=-Xmx8g, or take a smaller model or"
                  + " --context");
      case NoClassDefFoundError e when text(e).contains("jdk/incubator/vector") ->
          new Failure(
              FAILED,
              "module jdk.incubator.vector must be enabled: start with ./updraft, or with java"
                  + " @jvm.args");
      default ->
          new Failure(FAILED, "internal error: " + problem + "; --verbose shows where it arose");
    };
  }

  private static Failure failed(Exception problem) {
    return new Failure(FAILED, text(problem));
  }

  private static String text(Throwable problem) {
    String message = problem.getMessage();
    return switch (problem) {
      case NoSuchFileException e -> "file must exist: file=" + e.getFile();
      case AccessDeniedException e -> "file must be accessible: file=" + e.getFile();
      default -> message == null ? problem.getClass().getSimpleName() : message;
    };
  }

  private static String usage(ParameterException problem) {
    String help = "; see " + problem.getCommandLine().getCommandSpec().qualifiedName() + " --help";
    ArgSpec argument = problem.getArgSpec();
    if (problem instanceof UnmatchedArgumentException unmatched) {
      List<String> suggestions = unmatched.getSuggestions();
      boolean first = unmatched.getCommandLine().getParent() == null;
      return "unknown "
          + (unmatched.isUnknownOption() ? "option" : first ? "command" : "argument")
          + ": "
          + unmatched.getUnmatched().getFirst()
          + (suggestions.isEmpty() ? "" : ", is it " + suggestions.getFirst() + "?")
          + help;
    }
    if (problem instanceof MissingParameterException missing
        && missing.getMissing().getFirst() instanceof OptionSpec option) {
      boolean absent = option.required() && text(problem).startsWith("Missing required option");
      return option.longestName() + (absent ? " must be given" : " needs a value") + help;
    }
    if (argument instanceof OptionSpec option && problem.getValue() != null) {
      String name = option.longestName();
      return name + " must be " + wanted(option, problem) + ": " + name + "=" + problem.getValue();
    }
    return text(problem).replaceFirst("^Error: ", "") + help;
  }

  private static String wanted(OptionSpec option, ParameterException problem) {
    if (option.isMultiValue() && option.auxiliaryTypes().length == 2) {
      return option.paramLabel();
    }
    Class<?> type = option.auxiliaryTypes()[0];
    if (type == int.class || type == long.class || type == Integer.class || type == Long.class) {
      return "an integer";
    }
    if (type == float.class || type == double.class || type == Double.class) {
      return "a number";
    }
    String message = text(problem);
    return message.substring(message.indexOf("': ") + 3);
  }
}

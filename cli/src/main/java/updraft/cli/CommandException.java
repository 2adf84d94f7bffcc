package updraft.cli;

/** A command that failed in a way that its user can understand; the message is one line. */
final class CommandException extends Exception {
  CommandException(String message) {
    super(message);
  }
}

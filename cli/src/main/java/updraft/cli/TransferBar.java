package updraft.cli;

import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import updraft.cli.models.Progress;

/** Shows a transfer as a bar on standard error when that is a terminal, else not at all. */
final class TransferBar implements Progress {
  private static final int WIDTH = 100;
  private static final Duration INTERVAL = Duration.ofMillis(200);

  private final String name;
  private final Terminal terminal;
  private @Nullable ProgressBar bar;

  private TransferBar(String name, Terminal terminal) {
    this.name = name;
    this.terminal = terminal;
  }

  static TransferBar of(String name, Terminal terminal) {
    return new TransferBar(name, terminal);
  }

  @Override
  public void at(long done, long total) {
    if (!terminal.isTerminal(2)) {
      return;
    }
    if (bar == null) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(name)
              .setInitialMax(total)
              .setUnit(" MB", 1_000_000)
              .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
              .setUpdateIntervalMillis((int) INTERVAL.toMillis())
              .showSpeed()
              .setConsumer(new ConsoleProgressBarConsumer(terminal.err(), WIDTH))
              .build();
    }
    bar.stepTo(done);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}

package updraft.engine;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import updraft.model.GgufFile;
import updraft.text.Tokenizer;
import updraft.text.Tokenizers;

/**
 * A file's vocabulary, read on a thread of its own while weights are repacked: neither needs the
 * other. Closing waits until the file is not read any more.
 */
final class TokenizerLoad implements AutoCloseable {
  private final FutureTask<Tokenizer> task;

  TokenizerLoad(GgufFile file) {
    task = new FutureTask<>(() -> Tokenizers.of(file));
    Thread.ofPlatform().daemon().name("updraft-tokenizer").start(task);
  }

  /**
   * Waits for it.
   *
   * @throws RuntimeException as {@link Tokenizers#of} does
   */
  Tokenizer get() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true; // a second at most, and then the caller is told
        }
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException refused -> throw refused;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(e);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    try {
      get();
    } catch (RuntimeException e) {
      // whoever wanted the tokenizer has been told
    }
  }
}

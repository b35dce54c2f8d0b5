package io.mirrorneuron.server;

import io.mirrorneuron.model.MnException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes started parts in reverse order and in limited time. Not thread-safe; close it once. */
public final class CloseStack implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CloseStack.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private record Part(String name, AutoCloseable closeable) {}

  /** A start that may fail because of unusable files. */
  @FunctionalInterface
  public interface Start<T> {
    T run() throws IOException;
  }

  private final Deque<Part> parts = new ArrayDeque<>();

  /**
   * @param name of the part, for the log
   */
  public <T extends AutoCloseable> T add(String name, T part) {
    parts.push(new Part(name, part));
    return part;
  }

  /**
   * Runs a start; if it fails in any way, the parts it had added are closed.
   *
   * @param home of the server, for the message
   * @throws MnException with one sentence for people; UNAVAILABLE when the home cannot be used
   */
  public <T> T orClose(Path home, Start<T> start) {
    boolean started = false;
    try {
      T result = start.run();
      started = true;
      return result;
    } catch (IOException e) {
      throw ServerFolders.unusableHome(home, e);
    } finally {
      if (!started) {
        close();
      }
    }
  }

  /** Parts that take longer than thirty seconds are abandoned. */
  @Override
  public void close() {
    Thread closing = Thread.ofPlatform().name("closing").daemon().start(this::closeAll);
    try {
      if (!closing.join(PATIENCE)) {
        LOG.warn("Stopping took more than {} s; giving up", PATIENCE.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeAll() {
    while (!parts.isEmpty()) {
      Part part = parts.pop();
      try {
        part.closeable().close();
      } catch (Exception | Error e) { // an error of one part must not keep the others open
        LOG.warn("{} did not stop in good order", part.name(), e);
      }
    }
  }
}

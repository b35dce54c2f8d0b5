package io.mirrorneuron.app;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was started, closed in reverse order within a bound. Not thread-safe; close it once. */
final class Parts implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Parts.class);

  private record Part(String name, AutoCloseable closeable) {}

  private final Deque<Part> parts = new ArrayDeque<>();
  private final Duration patience;

  /**
   * @param patience for closing everything; what hangs longer is left to the end of the process
   */
  Parts(Duration patience) {
    this.patience = patience;
  }

  <T extends AutoCloseable> T add(String name, T part) {
    parts.push(new Part(name, part));
    return part;
  }

  @Override
  public void close() {
    Thread closing = Thread.ofPlatform().name("closing").daemon().start(this::closeAll);
    try {
      if (!closing.join(patience)) {
        log.warn("Stopping took more than {} s; giving up", patience.toSeconds());
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
      } catch (Exception e) {
        log.warn("{} did not stop in good order", part.name(), e);
      }
    }
  }
}

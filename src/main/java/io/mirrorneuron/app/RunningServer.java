package io.mirrorneuron.app;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.server.DataDirectory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An {@link App} that can be started anew on the same ports, as one that joins a cluster or leaves
 * it is.
 */
final class RunningServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunningServer.class);

  /** How long it may take to hear that the time is over, when Redis does not answer. */
  private static final Duration LONGEST_LOOK = Duration.ofSeconds(3);

  private final Config config;
  private final ServerRole role;
  private final Map<String, String> environment;
  private final CompletableFuture<MnException> end = new CompletableFuture<>();
  private volatile App app;
  private boolean closed;

  private RunningServer(Config config, ServerRole role, Map<String, String> environment) {
    this.config = config;
    this.role = role;
    this.environment = environment;
  }

  /** Starts a server as {@link App#start} does. */
  static RunningServer start(Config config, ServerRole role, Map<String, String> environment) {
    RunningServer server = new RunningServer(config, role, environment);
    boolean wasUsed = role.hasRuntime() && DataDirectory.wasUsed(config.home());
    synchronized (server) {
      try {
        server.app = server.started(config);
      } catch (MnException failed) {
        throw told(failed, config, wasUsed);
      }
    }
    return server;
  }

  /**
   * The failure of a start, with what becomes of open jobs.
   *
   * @param wasUsed whether a server had run in the home before
   */
  private static MnException told(MnException failure, Config config, boolean wasUsed) {
    boolean isThere = failure.error().equals(DataDirectory.IN_USE); // it works on them
    return isThere || !wasUsed
        ? failure
        : new MnException(
            failure.code(),
            failure.error(),
            ("%s; open jobs of %s, if it has any, stand still until a server is up there, or others"
                    + " on the same Redis take them over")
                .formatted(failure.getMessage(), config.home()),
            failure.validation(),
            failure);
  }

  private App started(Config with) {
    return App.start(with, role, environment, this::restart);
  }

  /** What runs now; while it is started anew, what ran before. */
  App app() {
    return app;
  }

  /** Waits until it ends by itself, because it could not be started anew. */
  MnException awaitEnd() {
    return end.join();
  }

  /** Whoever asks is answered before the server ends: that waits for calls. */
  private void restart(Runnable undo) {
    Thread.ofPlatform().name("restart").start(() -> startAnew(undo));
  }

  private synchronized void startAnew(Runnable undo) {
    if (closed) {
      return;
    }
    Endpoints doors = app.endpoints();
    Config same =
        config.with(doors.taken(config.api()), doors.taken(config.grpc()), config.redis());
    app.close();
    try {
      app = started(same);
    } catch (MnException failed) {
      LOG.error("the server could not be started anew and goes back: {}", failed.getMessage());
      goBack(same, undo);
    }
  }

  private void goBack(Config same, Runnable undo) {
    try {
      undo.run();
      app = started(same);
    } catch (MnException failed) {
      LOG.error("it could not go back: {}", failed.getMessage());
      end.complete(told(failed, config, true));
    }
  }

  /**
   * Has its work go to other servers, where there are some; serves meanwhile.
   *
   * @param cut ends that early
   */
  void leave(CompletionStage<?> cut) {
    if (app.backend() instanceof Backend.Here here) {
      Duration patience = config.node().drainOnStop();
      CompletableFuture.anyOf(
              here.runtime().departure().go(patience).toCompletableFuture(),
              cut.toCompletableFuture())
          .completeOnTimeout(null, patience.plus(LONGEST_LOOK).toMillis(), TimeUnit.MILLISECONDS)
          .join();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    app.close();
  }
}

package io.mirrorneuron.app;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.config.SecretVariables;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.exec.spawn.Adoption;
import io.mirrorneuron.runtime.exec.spawn.OwnEnvironment;
import io.mirrorneuron.server.DataDirectory;
import io.mirrorneuron.server.FurtherSignals;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server that shuts down in order with the process. */
final class ServerProcess {
  private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);

  /** Longest wait of a shutdown for an unfinished start. */
  private static final int START_SECONDS = 20;

  private final CompletableFuture<RunningServer> server = new CompletableFuture<>();
  private volatile boolean staying;

  private ServerProcess() {}

  /** Starts a server. SIGTERM, SIGINT and a normal end of the process close it. */
  static ServerProcess start(Config config, ServerRole role) {
    Map<String, String> environment = ConfigLoader.environment();
    // The variables were read; programs of jobs must not be able to read the secret ones.
    OwnEnvironment.forget(SecretVariables::isSecret);
    if (role.hasRuntime()) {
      Adoption.begin(); // before Redis and programs start
    }
    ServerProcess server = new ServerProcess();
    // Registered before the start, so that a partial start is closed, too.
    Runtime.getRuntime().addShutdownHook(new Thread(server::end, "shutdown"));
    try {
      server.server.complete(RunningServer.start(config, role, environment));
    } finally {
      // No effect on a started server; after a failed start all parts are closed.
      server.server.cancel(false);
    }
    return server;
  }

  /**
   * Starts a server, prints its addresses and stays until the process is ended. With JSON logs
   * nothing is printed, as log collectors read only JSON.
   */
  static int run(ServerOptions options, ServerRole role, PrintWriter out)
      throws InterruptedException {
    if (role.hasRuntime()) {
      Adoption.prepare(); // while the configuration is read
    }
    Config config = options.load();
    if (config.log().format() == Config.LogFormat.JSON) {
      return runUnseen(options, config, role);
    }
    ServerProcess server = start(config, role);
    options.tellChanges();
    out.println("MirrorNeuron " + Main.program() + " is up");
    server.printEndpoints(out);
    server.stay(out);
    return 0;
  }

  private static int runUnseen(ServerOptions options, Config config, ServerRole role) {
    try {
      ServerProcess server = start(config, role);
      options.tellChanges();
      server.stay(new PrintWriter(Writer.nullWriter()));
    } catch (MnException failure) {
      LOG.error("the server cannot run: {}", failure.getMessage());
    } catch (RuntimeException failure) {
      LOG.error("the server cannot run", failure);
    }
    return 1;
  }

  App app() {
    return server.join().app();
  }

  void printEndpoints(PrintWriter out) {
    Endpoints endpoints = app().endpoints();
    if (endpoints.api() != null) {
      out.println("  API    " + endpoints.apiUrl());
      out.println("  docs   http://" + endpoints.api() + "/docs");
    }
    if (endpoints.grpc() != null) {
      out.println("  gRPC   " + endpoints.grpc());
    }
    out.println("  home   " + app().config().home());
    out.flush();
  }

  /**
   * Returns only after a failure; otherwise the process ends with exit code 0 on a signal.
   *
   * @throws MnException when a restart failed
   */
  void stay(PrintWriter out) {
    staying = true;
    out.println("Ctrl-C stops it.");
    out.flush();
    MnException failure = server.join().awaitEnd();
    staying = false;
    throw failure;
  }

  private void end() {
    try {
      RunningServer running = server.get(START_SECONDS, TimeUnit.SECONDS);
      running.leave(FurtherSignals.next());
      running.close();
    } catch (InterruptedException
        | CancellationException
        | ExecutionException
        | TimeoutException e) {
      // The start failed: there is nothing to close.
    }
    if (staying) {
      Runtime.getRuntime().halt(0); // a signal is how a server is meant to end, not a failure
    }
  }

  /** An {@link App} that can be restarted on the same ports, when it joins or leaves a cluster. */
  static final class RunningServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningServer.class);

    /** Longest delay in noticing the end of the drain when Redis does not answer. */
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

    static RunningServer start(Config config, ServerRole role, Map<String, String> environment) {
      RunningServer server = new RunningServer(config, role, environment);
      boolean wasUsed = role.hasRuntime() && DataDirectory.wasUsed(config.home());
      synchronized (server) {
        try {
          server.app = server.started(config);
        } catch (MnException failed) {
          throw reported(failed, config, wasUsed);
        }
      }
      return server;
    }

    /**
     * The failure of a start, with a note on open jobs.
     *
     * @param wasUsed whether a server had run in the home before
     */
    private static MnException reported(MnException failure, Config config, boolean wasUsed) {
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

    /** The running server; during a restart the previous one. */
    App app() {
      return app;
    }

    /** Waits until the server ends because a restart failed. */
    MnException awaitEnd() {
      return end.join();
    }

    /**
     * Asynchronous: the shutdown waits for open calls, such as the one that asks for the restart.
     */
    private void restart(Runnable undo) {
      Thread.ofPlatform().name("restart").start(() -> startAnew(undo));
    }

    private synchronized void startAnew(Runnable undo) {
      if (closed) {
        return;
      }
      Endpoints listeners = app.endpoints();
      Config same =
          config.with(
              listeners.taken(config.api()), listeners.taken(config.grpc()), config.redis());
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
        end.complete(reported(failed, config, true));
      }
    }

    /**
     * Drains this server's work to other servers, if any; serves meanwhile.
     *
     * @param cut ends the drain early
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
}

package io.mirrorneuron.app;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;

/** An {@link App} that ends, in good order, with the process. */
final class ServerProcess {
  private final App app;
  private volatile boolean staying;

  private ServerProcess(App app) {
    this.app = app;
  }

  /** Starts a server. SIGTERM, SIGINT and a normal end of the process close it. */
  static ServerProcess start(Config config, Role role) {
    ServerProcess server = new ServerProcess(App.start(config, role, ConfigLoader.environment()));
    Runtime.getRuntime().addShutdownHook(new Thread(server::end, "shutdown"));
    return server;
  }

  /** Starts a server, says where it listens and stays until the process is told to end. */
  static int run(ServerOptions options, Role role, PrintWriter out) throws InterruptedException {
    ServerProcess server = start(options.load(), role);
    out.println("MirrorNeuron " + Main.version() + " is up");
    server.printDoors(out);
    server.stay(out);
    return 0;
  }

  App app() {
    return app;
  }

  void printDoors(PrintWriter out) {
    Doors doors = app.doors();
    if (doors.api() != null) {
      out.println("  API    " + doors.apiUrl());
      out.println("  docs   http://" + doors.api() + "/docs");
    }
    if (doors.grpc() != null) {
      out.println("  gRPC   " + doors.grpc());
    }
    out.println("  home   " + app.config().home());
    out.flush();
  }

  /** Never returns; the process ends with exit code 0 when it is told to. */
  void stay(PrintWriter out) throws InterruptedException {
    staying = true;
    out.println("Ctrl-C stops it.");
    out.flush();
    new CountDownLatch(1).await();
  }

  private void end() {
    app.close();
    if (staying) {
      Runtime.getRuntime().halt(0); // a signal is how a server is meant to end, not a failure
    }
  }
}

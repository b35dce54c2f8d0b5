package io.mirrorneuron.app;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;

/** Starts an {@link App} that ends, in good order, with the process. */
final class Servers {
  private Servers() {}

  /** Starts a server. SIGTERM, SIGINT and a normal end of the process close it. */
  static App start(Config config, Role role) {
    App app = App.start(config, role, ConfigLoader.environment());
    Runtime.getRuntime().addShutdownHook(new Thread(app::close, "shutdown"));
    return app;
  }

  static void printDoors(App app, PrintWriter out) {
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

  /** Starts a server, says where it listens and stays until the process is told to end. */
  static int run(ServerOptions options, Role role, PrintWriter out) throws InterruptedException {
    App app = start(options.load(), role);
    out.println("MirrorNeuron " + Main.version() + " is up");
    printDoors(app, out);
    stay(out);
    return 0;
  }

  static void stay(PrintWriter out) throws InterruptedException {
    out.println("Ctrl-C stops it.");
    out.flush();
    new CountDownLatch(1).await();
  }
}

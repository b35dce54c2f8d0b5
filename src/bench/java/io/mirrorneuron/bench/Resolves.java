package io.mirrorneuron.bench;

import io.mirrorneuron.bench.Figure.Floor;
import io.mirrorneuron.bench.Figure.Unit;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** How often a service can be looked for, beside 500 checks that are made each second. */
final class Resolves implements Measurement {
  private static final int SERVICES = 100;
  private static final int CHECKS = 5;

  @Override
  public String name() {
    return "resolve";
  }

  @Override
  public List<Figure> run(Plan plan) throws Exception {
    ReadLoad load = ReadLoad.best();
    AtomicLong checks = new AtomicLong();
    try (ServerSocket listener = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
        Server server = Server.up(plan, "resolve")) {
      Thread.ofPlatform().daemon().start(() -> accept(listener, checks));
      String jobId;
      try (Connection connection = new Connection(server.port())) {
        String job = Workflows.serving(SERVICES, CHECKS, listener.getLocalPort());
        jobId = Server.submit(connection, job);
        awaitPassing(connection);
      }
      String row = new Keys(Server.NAMESPACE).row(jobId);
      try (Started bare =
          FloorServer.start(server.redisUri(), row, plan.folder().resolve("floor.log"))) {
        return List.of(alternate(plan, load, server, bare, checks));
      }
    }
  }

  private static void accept(ServerSocket listener, AtomicLong checks) {
    while (!listener.isClosed()) {
      try {
        listener.accept().close();
        checks.incrementAndGet();
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private static String path(int service) {
    return Server.API + "/services/bench-" + service + "/resolve";
  }

  private static void awaitPassing(Connection connection) throws IOException {
    for (int i = 0; i < SERVICES; i++) {
      while (Json.parse(connection.get(path(i)).body()).path("services").isEmpty()) {
        Plan.pause(50);
      }
    }
  }

  private static Figure alternate(
      Plan plan, ReadLoad load, Server server, Started bare, AtomicLong checks) throws Exception {
    for (int i = 0; i < plan.warmUps(); i++) {
      load.run(bare.port(), "/", plan.readSeconds());
      load.run(server.port(), path(0), plan.readSeconds());
    }
    double[] floor = new double[plan.rounds()];
    double[] ours = new double[plan.rounds()];
    double[] made = new double[plan.rounds()];
    double cpu = 0;
    for (int i = 0; i < plan.rounds(); i++) {
      floor[i] = load.run(bare.port(), "/", plan.readSeconds());
      long before = checks.get();
      double used = server.process().cpuMillis();
      ours[i] = load.run(server.port(), path(0), plan.readSeconds());
      made[i] = (checks.get() - before) / (double) plan.readSeconds();
      cpu += (server.process().cpuMillis() - used) / (ours[i] * plan.readSeconds());
      plan.progress(
          "resolve: %.0f/s, floor %.0f/s, %.0f checks/s".formatted(ours[i], floor[i], made[i]));
    }
    return new Figure(
            "GET /services/{name}/resolve beside 500 checks, " + load.name(),
            Unit.PER_SECOND,
            new Series(ours).median(),
            new Floor("raw handler with one Redis GET of a row", new Series(floor).median()))
        .with("server_cpu_us_per_request", 1e3 * cpu / plan.rounds())
        .with("checks_per_second", new Series(made).median());
  }
}

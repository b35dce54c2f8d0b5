package io.mirrorneuron.bench;

import io.mirrorneuron.bench.Figure.Floor;
import io.mirrorneuron.bench.Figure.Unit;
import io.mirrorneuron.store.Keys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** How other requests fare while four programs print 1 GiB, and what it takes of memory. */
final class Floods implements Measurement {
  private static final int PROGRAMS = 4;
  private static final long GIBIBYTE = 1L << 30;

  /** Between two requests of the one client. */
  private static final long PAUSE_MILLIS = 3;

  /**
   * @param seconds until the programs had ended
   * @param millis of each request meanwhile
   * @param residentMiB of the server, the most that was seen
   */
  private record Asked(double seconds, Series millis, double residentMiB) {}

  @Override
  public String name() {
    return "flood";
  }

  @Override
  public List<Figure> run(Plan plan) throws Exception {
    long bytes = (plan.quick() ? GIBIBYTE / 10 : GIBIBYTE) / PROGRAMS;
    try (Server server = Server.up(plan, "flood");
        Connection submitting = new Connection(server.port())) {
      String job = Server.complete(submitting, Workflows.routers()).path("job_id").asText();
      String path = Server.API + "/jobs/" + job + "?include=status";
      String flood = Workflows.printers(PROGRAMS, bytes);
      String row = new Keys(Server.NAMESPACE).row(job);
      try (Started bare =
          FloorServer.start(server.redisUri(), row, plan.folder().resolve("floor.log"))) {
        Clients warm = new Clients(server.port(), one -> one.get(path));
        warm.run(plan.count(20_000), Plan.CONNECTIONS);
        Started own = server.process();
        Asked rest = ask(own, path, () -> Plan.pause(2000));
        Asked floor = ask(bare, "/", () -> drain(bytes));
        Asked ours = ask(own, path, () -> complete(submitting, flood));
        return List.of(figure(plan, rest, floor, ours));
      }
    }
  }

  private static Figure figure(Plan plan, Asked rest, Asked floor, Asked ours) {
    plan.progress(
        "flood: p99 %.1f ms in %.1f s, floor %.1f ms in %.1f s, at rest %.1f ms"
            .formatted(
                ours.millis.quantile(0.99),
                ours.seconds,
                floor.millis.quantile(0.99),
                floor.seconds,
                rest.millis.quantile(0.99)));
    return new Figure(
            "a status read while four programs print 1 GiB, p99",
            Unit.MILLISECONDS,
            ours.millis.quantile(0.99),
            new Floor(
                "raw handler with one Redis GET while the same is read by wc -c",
                floor.millis.quantile(0.99)))
        .with("p50_ms", ours.millis.median())
        .with("worst_ms", ours.millis.quantile(1))
        .with("at_rest_p99_ms", rest.millis.quantile(0.99))
        .with("seconds", ours.seconds)
        .with("floor_seconds", floor.seconds)
        .with("server_rss_mib_before", rest.residentMiB)
        .with("server_rss_mib_at_most", ours.residentMiB);
  }

  private interface Work {
    void run() throws Exception;
  }

  /** Asks again and again until the work is done. */
  private static Asked ask(Started server, String path, Work work) throws IOException {
    long begin = System.nanoTime();
    CompletableFuture<Void> done =
        CompletableFuture.runAsync(
            () -> {
              try {
                work.run();
              } catch (Exception e) {
                throw new CompletionException(e);
              }
            });
    List<Double> millis = new ArrayList<>();
    double resident = 0;
    try (Connection connection = new Connection(server.port())) {
      while (!done.isDone()) {
        long start = System.nanoTime();
        if (connection.get(path).status() != 200) {
          throw new IOException("a read was refused");
        }
        millis.add((System.nanoTime() - start) / 1e6);
        resident = Math.max(resident, server.residentMiB());
        Plan.pause(PAUSE_MILLIS);
      }
    }
    done.join();
    return new Asked(
        (System.nanoTime() - begin) / 1e9,
        new Series(millis.stream().mapToDouble(Double::doubleValue).toArray()),
        resident);
  }

  private static void complete(Connection connection, String flood) throws IOException {
    Server.complete(connection, flood);
  }

  /** The same programs, whose output nobody looks into. */
  private static void drain(long bytes) throws IOException, InterruptedException {
    List<Process> all = new ArrayList<>();
    for (int i = 0; i < PROGRAMS; i++) {
      String command = Workflows.printer(bytes) + " | wc -c > /dev/null";
      all.add(new ProcessBuilder("sh", "-c", command).start());
    }
    for (Process each : all) {
      each.waitFor();
    }
  }
}

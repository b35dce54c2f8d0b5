package io.mirrorneuron.bench;

import io.mirrorneuron.bench.Figure.Floor;
import io.mirrorneuron.bench.Figure.Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * From the start of the process to its first 200, asked every 3 ms, Redis included; and the memory
 * of a server that has nothing to do.
 */
final class Starts implements Measurement {
  private static final long IDLE_MILLIS = 3000;

  @Override
  public String name() {
    return "start";
  }

  @Override
  public List<Figure> run(Plan plan) throws Exception {
    Path plain = Files.copy(plan.program(), plan.folder().resolve("mn-plain"));
    plain.toFile().setExecutable(true);
    List<Figure> figures = new ArrayList<>();
    Path home = plan.folder().resolve("idle");
    try (Server server = Server.up(plan.program(), home);
        Started bare =
            FloorServer.start(
                server.redisUri(), "floor:none", plan.folder().resolve("floor-idle.log"))) {
      Plan.pause(IDLE_MILLIS);
      figures.add(
          new Figure(
                  "resident memory 3 s after the start",
                  Unit.MEBIBYTES,
                  server.process().residentMiB(),
                  new Floor("raw handler, idle", bare.residentMiB()))
              .with("redis_rss_mib", server.redisResidentMiB()));
      Floor floor = new Floor("raw handler, no Redis of its own", floor(plan, server));
      if (Files.exists(Path.of(plan.program() + ".aot"))) {
        figures.add(start(plan, plan.program(), "with AOT cache", floor));
        figures.add(restart(plan, plan.program(), "with AOT cache", floor));
      }
      figures.add(start(plan, plain, "without AOT cache", floor));
      figures.add(restart(plan, plain, "without AOT cache", floor));
    }
    return figures;
  }

  private static int times(Plan plan) {
    return plan.quick() ? 1 : 5;
  }

  private static double floor(Plan plan, Server redis) throws IOException {
    double[] millis = new double[times(plan)];
    for (int i = 0; i < millis.length; i++) {
      Path log = plan.folder().resolve("floor-start.log");
      try (Started started = FloorServer.start(redis.redisUri(), "floor:none", log)) {
        millis[i] = started.firstAnswerMillis();
      }
    }
    return new Series(millis).median();
  }

  private static Figure start(Plan plan, Path program, String how, Floor floor) throws IOException {
    double[] millis = new double[times(plan)];
    double[] cpu = new double[millis.length];
    for (int i = 0; i < millis.length; i++) {
      Path home = Files.createTempDirectory(plan.folder(), "new").resolve("h");
      measure(program, home, millis, cpu, i);
    }
    return figure(plan, "start in a new home, " + how, millis, cpu, floor);
  }

  private static Figure restart(Plan plan, Path program, String how, Floor floor)
      throws IOException {
    Path home = Files.createTempDirectory(plan.folder(), "old").resolve("h");
    Server.up(program, home).close();
    double[] millis = new double[times(plan)];
    double[] cpu = new double[millis.length];
    for (int i = 0; i < millis.length; i++) {
      measure(program, home, millis, cpu, i);
    }
    return figure(plan, "start in a known home, " + how, millis, cpu, floor);
  }

  private static void measure(Path program, Path home, double[] millis, double[] cpu, int i)
      throws IOException {
    try (Server server = Server.up(program, home)) {
      millis[i] = server.process().firstAnswerMillis();
      cpu[i] = server.process().cpuMillis();
    }
  }

  private static Figure figure(Plan plan, String name, double[] millis, double[] cpu, Floor floor) {
    double median = new Series(millis).median();
    plan.progress("%s: %.0f ms".formatted(name, median));
    return new Figure(name, Unit.MILLISECONDS, median, floor)
        .with("server_cpu_ms", new Series(cpu).median());
  }
}

package io.mirrorneuron.bench;

import io.mirrorneuron.bench.Figure.Floor;
import io.mirrorneuron.bench.Figure.Unit;
import java.util.List;

/** Three executors in a row, each of which runs {@code /bin/true}. */
final class Processes implements Measurement {
  private static final int STEPS = 3;

  @Override
  public String name() {
    return "processes";
  }

  @Override
  public List<Figure> run(Plan plan) throws Exception {
    SpawnFloor floor = SpawnFloor.best(plan.folder());
    try (Server server = Server.up(plan, "processes")) {
      JobLoad load = new JobLoad(server.port(), Workflows.processes(), true);
      for (int i = 0; i < plan.warmUps(); i++) {
        load.run(plan.count(500), Plan.CONNECTIONS);
      }
      return List.of(oneByOne(plan, load, floor), burst(plan, server, load, floor));
    }
  }

  private static Figure oneByOne(Plan plan, JobLoad load, SpawnFloor floor) throws Exception {
    int jobs = plan.count(200);
    double bare = floor.perSecond(STEPS * jobs, 1);
    Series ours = load.run(jobs, 1).millis();
    plan.progress("processes, one by one: %.2f ms".formatted(ours.median()));
    return new Figure(
            "chain of three /bin/true, one at a time, p50",
            Unit.MILLISECONDS,
            ours.median(),
            new Floor("three times " + floor.what() + ", one at a time", 1e3 * STEPS / bare))
        .with("p99_ms", ours.quantile(0.99));
  }

  private static Figure burst(Plan plan, Server server, JobLoad load, SpawnFloor floor)
      throws Exception {
    int jobs = plan.count(1000);
    double[] bare = new double[plan.rounds()];
    double[] ours = new double[plan.rounds()];
    double before = server.process().cpuMillis();
    for (int i = 0; i < plan.rounds(); i++) {
      bare[i] = floor.perSecond(STEPS * jobs, 4);
      ours[i] = load.run(jobs, Plan.CONNECTIONS).perSecond();
      plan.progress("processes: %.0f jobs/s".formatted(ours[i]));
    }
    double cpu = (server.process().cpuMillis() - before) / ((long) jobs * plan.rounds());
    double median = new Series(ours).median();
    double floorMedian = new Series(bare).median();
    return new Figure(
            "processes per second in chains of three /bin/true, %d jobs, %d in flight"
                .formatted(jobs, Plan.CONNECTIONS),
            Unit.PER_SECOND,
            STEPS * median,
            new Floor(floor.what() + ", four at once", floorMedian))
        .with("jobs_per_s", median)
        .with("server_cpu_us_per_job", 1e3 * cpu)
        .with("server_rss_mib_after", server.process().residentMiB())
        .with("redis_rss_mib_after", server.redisResidentMiB());
  }
}

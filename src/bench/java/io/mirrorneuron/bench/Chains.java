package io.mirrorneuron.bench;

import io.mirrorneuron.bench.Figure.Floor;
import io.mirrorneuron.bench.Figure.Unit;
import java.util.ArrayList;
import java.util.List;

/**
 * Three routers in a row, from the submission to the answer that calls the job completed.
 *
 * @param fsync the setting {@code redis.fsync}
 */
record Chains(String fsync) implements Measurement {
  @Override
  public String name() {
    return "chain";
  }

  @Override
  public List<Figure> run(Plan plan) throws Exception {
    try (Server server = Server.up(plan, "chain-" + fsync, "--set=redis.fsync=" + fsync)) {
      JobLoad load = new JobLoad(server.port(), Workflows.routers(), false);
      String sample;
      try (Connection connection = new Connection(server.port())) {
        sample = Server.submit(connection, Workflows.routers());
      }
      try (CommitFloor floor = new CommitFloor(server, sample)) {
        for (int i = 0; i < plan.warmUps(); i++) {
          load.run(plan.count(4000), Plan.CONNECTIONS);
          floor.run(plan.count(8000), Plan.CONNECTIONS);
        }
        List<Figure> figures = new ArrayList<>(oneByOne(plan, load, floor));
        for (int jobs : new int[] {200, 2000}) {
          figures.add(burst(plan, server, load, floor, jobs));
        }
        return figures;
      }
    }
  }

  private List<Figure> oneByOne(Plan plan, JobLoad load, CommitFloor floor) throws Exception {
    int jobs = plan.count(1000);
    Series bare = floor.run(jobs, 1).millis();
    Series ours = load.run(jobs, 1).millis();
    plan.progress("chain, one by one, %s: %.2f ms".formatted(fsync, ours.median()));
    return List.of(
        new Figure(
            "router chain, one at a time, p50, " + fsync,
            Unit.MILLISECONDS,
            ours.median(),
            new Floor("bare commit, one at a time, p50", bare.median())),
        new Figure(
            "router chain, one at a time, p99, " + fsync,
            Unit.MILLISECONDS,
            ours.quantile(0.99),
            new Floor("bare commit, one at a time, p99", bare.quantile(0.99))));
  }

  private Figure burst(Plan plan, Server server, JobLoad load, CommitFloor floor, int jobs)
      throws Exception {
    double[] bare = new double[plan.rounds()];
    double[] ours = new double[plan.rounds()];
    double[] p99 = new double[plan.rounds()];
    double before = server.process().cpuMillis();
    for (int i = 0; i < plan.rounds(); i++) {
      bare[i] = floor.run(jobs, Plan.CONNECTIONS).perSecond();
      Clients.Result result = load.run(jobs, Plan.CONNECTIONS);
      ours[i] = result.perSecond();
      p99[i] = result.millis().quantile(0.99);
    }
    double cpu = (server.process().cpuMillis() - before) / ((long) jobs * plan.rounds());
    Series median = new Series(ours);
    plan.progress("chain, burst of %d, %s: %.0f jobs/s".formatted(jobs, fsync, median.median()));
    return new Figure(
            "router chain, burst of %d, %d in flight, %s".formatted(jobs, Plan.CONNECTIONS, fsync),
            Unit.PER_SECOND,
            median.median(),
            new Floor("as many bare commits", new Series(bare).median()))
        .with("p99_ms", new Series(p99).median())
        .with("server_cpu_us_per_job", 1e3 * cpu)
        .with("server_rss_mib_after", server.process().residentMiB())
        .with("redis_rss_mib_after", server.redisResidentMiB());
  }
}

package io.mirrorneuron.bench;

import io.mirrorneuron.bench.Figure.Floor;
import io.mirrorneuron.bench.Figure.Unit;
import io.mirrorneuron.store.Keys;
import java.util.List;

/** How often a job's detail can be read, contract check and all. */
final class Reads implements Measurement {
  @Override
  public String name() {
    return "reads";
  }

  @Override
  public List<Figure> run(Plan plan) throws Exception {
    ReadLoad load = ReadLoad.best();
    try (Server server = Server.up(plan, "reads")) {
      String jobId;
      try (Connection connection = new Connection(server.port())) {
        jobId = Server.submit(connection, Workflows.routers());
      }
      String row = new Keys(Server.NAMESPACE).row(jobId);
      try (Started bare =
          FloorServer.start(server.redisUri(), row, plan.folder().resolve("floor.log"))) {
        return List.of(
            alternate(plan, load, server, bare, jobId, ""),
            alternate(plan, load, server, bare, jobId, "/workflow-progress"));
      }
    }
  }

  private static Figure alternate(
      Plan plan, ReadLoad load, Server server, Started bare, String jobId, String view)
      throws Exception {
    String path = Server.API + "/jobs/" + jobId + view;
    for (int i = 0; i < plan.warmUps(); i++) {
      load.run(bare.port(), "/", plan.readSeconds());
      load.run(server.port(), path, plan.readSeconds());
    }
    double[] floor = new double[plan.rounds()];
    double[] ours = new double[plan.rounds()];
    double cpu = 0;
    for (int i = 0; i < plan.rounds(); i++) {
      floor[i] = load.run(bare.port(), "/", plan.readSeconds());
      double before = server.process().cpuMillis();
      ours[i] = load.run(server.port(), path, plan.readSeconds());
      cpu += (server.process().cpuMillis() - before) / (ours[i] * plan.readSeconds());
      plan.progress("reads%s: %.0f/s, floor %.0f/s".formatted(view, ours[i], floor[i]));
    }
    return new Figure(
            "GET /jobs/{id}" + view + ", " + load.name(),
            Unit.PER_SECOND,
            new Series(ours).median(),
            new Floor("raw handler with one Redis GET of the row", new Series(floor).median()))
        .with("server_cpu_us_per_request", 1e3 * cpu / plan.rounds())
        .with("server_rss_mib_after", server.process().residentMiB())
        .with("floor_rss_mib_after", bare.residentMiB())
        .with("redis_rss_mib_after", server.redisResidentMiB());
  }
}

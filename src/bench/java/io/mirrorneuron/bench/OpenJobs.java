package io.mirrorneuron.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.bench.Figure.Floor;
import io.mirrorneuron.bench.Figure.Unit;
import java.io.IOException;
import java.util.List;

/** What a server bears that has many jobs open which wait for messages; compared with few. */
final class OpenJobs implements Measurement {
  private static final int PAGE = 100;
  private static final long IDLE_SECONDS = 10;

  @Override
  public String name() {
    return "open";
  }

  @Override
  public List<Figure> run(Plan plan) throws Exception {
    int jobs = plan.count(5000);
    try (Server server = Server.up(plan, "open");
        Connection connection = new Connection(server.port())) {
      new JobLoad(server.port(), Workflows.routers(), false)
          .run(plan.count(4000), Plan.CONNECTIONS);
      open(connection, PAGE);
      State few = State.of(plan, server, connection);
      open(connection, jobs - PAGE);
      State many = State.of(plan, server, connection);
      String beside = "beside %d open jobs".formatted(jobs);
      return List.of(
          new Figure(
                  "live heap for each open job",
                  Unit.KIBIBYTES,
                  1024 * (many.heapMiB - few.heapMiB) / (jobs - PAGE),
                  null)
              .with("open_jobs", jobs)
              .with("live_heap_mib", many.heapMiB)
              .with("live_heap_mib_of_few", few.heapMiB)
              .with("server_rss_mib", server.process().residentMiB())
              .with("redis_rss_mib", server.redisResidentMiB()),
          new Figure(
                  "CPU of an idle server for each second, " + beside,
                  Unit.MILLISECONDS,
                  many.idleCpuMillis,
                  null)
              .with("of_few", few.idleCpuMillis)
              .with("redis", many.redisCpuMillis)
              .with("redis_of_few", few.redisCpuMillis),
          new Figure(
              "a page of %d jobs, p50, %s".formatted(PAGE, beside),
              Unit.MILLISECONDS,
              many.pageMillis,
              new Floor("the same with no more jobs open than that", few.pageMillis)),
          new Figure(
              "router chain, one at a time, p50, " + beside,
              Unit.MILLISECONDS,
              many.jobMillis,
              new Floor("the same beside %d".formatted(PAGE), few.jobMillis)));
    }
  }

  private static void open(Connection connection, int jobs) throws IOException {
    String body = Workflows.idle();
    for (int i = 0; i < jobs; i++) {
      Server.submit(connection, body);
    }
    for (JsonNode row : Server.list(connection, PAGE)) {
      if (!row.path("status").asText().equals("running")) {
        throw new IOException("a job that should wait does not: " + row);
      }
    }
  }

  /**
   * What was measured with some number of jobs open.
   *
   * @param idleCpuMillis of the server in each second in which nobody asks it for anything
   * @param pageMillis median time to read a page of the list
   * @param jobMillis median time from submission to completion of a job of routers
   */
  private record State(
      double heapMiB,
      double idleCpuMillis,
      double redisCpuMillis,
      double pageMillis,
      double jobMillis) {

    static State of(Plan plan, Server server, Connection connection) throws Exception {
      double heapMiB = server.process().liveHeapMiB();
      double cpu = server.process().cpuMillis();
      double redisCpu = server.redisCpuMillis();
      Plan.pause(1000 * IDLE_SECONDS);
      cpu = (server.process().cpuMillis() - cpu) / IDLE_SECONDS;
      redisCpu = (server.redisCpuMillis() - redisCpu) / IDLE_SECONDS;
      pages(connection, plan.count(1000)); // until it is compiled
      double pageMillis = pages(connection, plan.count(500));
      double jobMillis =
          new JobLoad(server.port(), Workflows.routers(), false)
              .run(plan.count(1000), 1)
              .millis()
              .median();
      plan.progress(
          "open: %.1f MiB, idle %.1f ms/s, page %.2f ms, job %.2f ms"
              .formatted(heapMiB, cpu, pageMillis, jobMillis));
      return new State(heapMiB, cpu, redisCpu, pageMillis, jobMillis);
    }

    private static double pages(Connection connection, int times) throws IOException {
      double[] millis = new double[times];
      for (int i = 0; i < times; i++) {
        long begin = System.nanoTime();
        if (Server.list(connection, PAGE).size() != PAGE) {
          throw new IOException("the page is not full");
        }
        millis[i] = (System.nanoTime() - begin) / 1e6;
      }
      return new Series(millis).median();
    }
  }
}

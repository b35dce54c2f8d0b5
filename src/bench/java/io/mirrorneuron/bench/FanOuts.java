package io.mirrorneuron.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.bench.Figure.Floor;
import io.mirrorneuron.bench.Figure.Unit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One job with many agents that need no process, from its submission to its completion. A message
 * is to cost the same however many agents the job has, so the floor is the job with the fewest.
 */
final class FanOuts implements Measurement {
  private static final int[] WIDTHS = {100, 1000, 10_000, 30_000};
  private static final int WIDEST = WIDTHS[WIDTHS.length - 1];
  private static final long POLL_MILLIS = 2;

  @Override
  public String name() {
    return "fanout";
  }

  @Override
  public List<Figure> run(Plan plan) throws Exception {
    try (Server server = Server.up(plan, "fanout");
        Connection connection = new Connection(server.port())) {
      double[][] seconds = new double[WIDTHS.length][plan.rounds()];
      double[][] accepted = new double[WIDTHS.length][plan.rounds()];
      double[][] cpu = new double[WIDTHS.length][plan.rounds()];
      for (int i = -plan.warmUps(); i < plan.rounds(); i++) {
        for (int w = 0; w < WIDTHS.length; w++) {
          double before = server.process().cpuMillis();
          Times times = average(connection, WIDTHS[w], WIDEST / WIDTHS[w]);
          if (i >= 0) {
            seconds[w][i] = times.completed();
            accepted[w][i] = times.accepted();
            cpu[w][i] = (server.process().cpuMillis() - before) / 1e3 * WIDTHS[w] / WIDEST;
          }
        }
      }
      List<Figure> figures = new ArrayList<>();
      Floor floor = new Floor("the same with " + WIDTHS[0] + " agents", perMessage(seconds, 0));
      for (int w = 0; w < WIDTHS.length; w++) {
        double micros = perMessage(seconds, w);
        plan.progress(
            "fan-out to %d: %.1f us a message, %.1f of the server's CPU"
                .formatted(WIDTHS[w], micros, perMessage(cpu, w)));
        figures.add(
            new Figure(
                    "each message of a fan-out to " + WIDTHS[w] + " agents and their join",
                    Unit.MICROSECONDS,
                    micros,
                    floor)
                .with("seconds_to_completed", new Series(seconds[w]).median())
                .with("seconds_to_accepted", new Series(accepted[w]).median())
                .with("server_cpu_us_per_message", perMessage(cpu, w))
                .with("server_rss_mib_after", server.process().residentMiB()));
      }
      return figures;
    }
  }

  /** Seconds from the submission of a job. */
  public record Times(double accepted, double completed) {}

  /** Over jobs one after another. */
  private static Times average(Connection connection, int width, int jobs) throws IOException {
    String body = Workflows.fanOut(width);
    double accepted = 0;
    long begin = System.nanoTime();
    for (int i = 0; i < jobs; i++) {
      long sent = System.nanoTime();
      String jobId = Server.submit(connection, body);
      accepted += (System.nanoTime() - sent) / 1e9;
      awaitCompleted(connection, jobId);
    }
    return new Times(accepted / jobs, (System.nanoTime() - begin) / 1e9 / jobs);
  }

  /** Asks the list, which reads no more of a job than its row. */
  private static void awaitCompleted(Connection connection, String jobId) throws IOException {
    for (JsonNode row = newest(connection);
        !row.path("status").asText().equals("completed");
        row = newest(connection)) {
      if (!row.path("job_id").asText().equals(jobId)
          || row.path("status").asText().equals("failed")) {
        throw new IOException("job " + jobId + " does not complete: " + row);
      }
      Plan.pause(POLL_MILLIS);
    }
  }

  private static JsonNode newest(Connection connection) throws IOException {
    return Server.list(connection, 1).path(0);
  }

  /** A seed, one message to each sensor and one from it. */
  private static double perMessage(double[][] seconds, int w) {
    return 1e6 * new Series(seconds[w]).median() / (1 + 2 * WIDTHS[w]);
  }
}

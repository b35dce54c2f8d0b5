package io.mirrorneuron.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.bench.Figure.Floor;
import io.mirrorneuron.bench.Figure.Unit;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * From the start of a server whose predecessor was killed to the moment when the last of its open
 * jobs moves again, by the time of the event that says so.
 */
final class Restarts implements Measurement {
  private static final long POLL_MILLIS = 5;
  private static final long PATIENCE_MILLIS = 60_000;

  @Override
  public String name() {
    return "restart";
  }

  @Override
  public List<Figure> run(Plan plan) throws Exception {
    int jobs = plan.count(1000);
    double[] bare = new double[plan.rounds()];
    double[] answer = new double[plan.rounds()];
    double[] moving = new double[plan.rounds()];
    Server server = Server.up(plan, "restart");
    try {
      for (int i = 0; i < plan.rounds(); i++) {
        server.process().kill9();
        server = Server.up(plan, "restart");
        bare[i] = server.process().firstAnswerMillis();
      }
      List<String> open = open(server, jobs);
      for (int i = 0; i < plan.rounds(); i++) {
        server.process().kill9();
        long begin = System.currentTimeMillis();
        server = Server.up(plan, "restart");
        answer[i] = server.process().firstAnswerMillis();
        moving[i] = lastRecovery(server, open, begin) - begin;
        plan.progress("restart: %.0f ms".formatted(moving[i]));
      }
    } finally {
      server.close();
    }
    return List.of(
        new Figure(
                "start after kill -9 to all of %d open jobs moving".formatted(jobs),
                Unit.MILLISECONDS,
                new Series(moving).median(),
                new Floor("the same to the first answer, no job open", new Series(bare).median()))
            .with("first_answer_ms", new Series(answer).median())
            .with("max_ms", new Series(moving).quantile(1)));
  }

  private static List<String> open(Server server, int jobs) throws IOException {
    List<String> open = new ArrayList<>();
    try (Connection connection = new Connection(server.port())) {
      for (int i = 0; i < jobs; i++) {
        open.add(Server.submit(connection, Workflows.idle()));
      }
    }
    return open;
  }

  /** When the last of the jobs was recovered after that time; milliseconds since 1970. */
  private static long lastRecovery(Server server, List<String> jobs, long begin)
      throws IOException {
    long last = begin;
    try (Connection connection = new Connection(server.port())) {
      for (String job : jobs) {
        long recovery;
        while ((recovery = recovery(connection, job)) < begin) {
          if (System.currentTimeMillis() > begin + PATIENCE_MILLIS) {
            throw new IOException("job " + job + " was not recovered");
          }
          Plan.pause(POLL_MILLIS);
        }
        last = Math.max(last, recovery);
      }
    }
    return last;
  }

  /** When the job was last recovered, or 0. */
  private static long recovery(Connection connection, String jobId) throws IOException {
    Connection.Answer answer = connection.get(Server.API + "/jobs/" + jobId + "/events?after=0");
    long time = 0;
    for (JsonNode event : Json.parse(answer.body()).path("data")) {
      if (event.path("type").asText().equals("job_recovered")) {
        time = Instant.parse(event.path("timestamp").asText()).toEpochMilli();
      }
    }
    return time;
  }
}

package io.mirrorneuron.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.bench.Figure.Floor;
import io.mirrorneuron.bench.Figure.Unit;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Many followers of live streams. A message makes a few records; the next is sent when every
 * follower has them, so that each tick is one write to each.
 *
 * @param path of a stream below the API's, with {@code {job_id}} or {@code {run_id}}
 */
record Subscribers(String path) implements Measurement {
  private static final int FOLLOWERS = 1000;
  private static final int JOBS = 200;
  private static final int TICKS = 200;
  private static final int LEAST_TICKS = 10;
  private static final long SETTLE_MILLIS = 300;

  /** What was measured with one set of followers. */
  private record Result(double perSecond, double heapKiB, double residentKiB, double cpuMicros) {}

  @Override
  public String name() {
    return "subscribers";
  }

  @Override
  public List<Figure> run(Plan plan) throws Exception {
    int followers = plan.count(FOLLOWERS);
    int jobs = plan.count(JOBS);
    try (Server server = Server.up(plan, "subscribers");
        Connection connection = new Connection(server.port());
        Started bare =
            FloorServer.start(server.redisUri(), "none", plan.folder().resolve("bare.log"))) {
      List<String> one = List.of(Server.submit(connection, Workflows.idle()));
      List<String> many = new ArrayList<>();
      for (int i = 0; i < jobs; i++) {
        many.add(Server.submit(connection, Workflows.idle()));
      }
      int records = recordsOfAMessage(connection, one.getFirst());
      Floor floorOfOne = floor(plan, bare, followers, 1, records);
      Floor floorOfMany = floor(plan, bare, followers, jobs, records);
      measure(plan, server, one, followers, false, records); // warms up
      List<Figure> figures = new ArrayList<>();
      for (boolean deaf : new boolean[] {false, true}) {
        String beside = deaf ? ", beside one that never reads" : "";
        figures.add(
            figure(
                "records to %d followers of one %s".formatted(followers, thing()) + beside,
                floorOfOne,
                measure(plan, server, one, followers, deaf, records)));
        figures.add(
            figure(
                "records to %d followers of %d %ss".formatted(followers, jobs, thing()) + beside,
                floorOfMany,
                measure(plan, server, many, followers, deaf, records)));
      }
      return figures;
    }
  }

  private String thing() {
    return path.contains("{run_id}") ? "run" : "job";
  }

  private static Figure figure(String name, Floor floor, Result result) {
    return new Figure(name, Unit.PER_SECOND, result.perSecond(), floor)
        .with("live_heap_kib_per_follower", result.heapKiB())
        .with("rss_kib_per_follower", result.residentKiB())
        .with("server_cpu_us_per_record", result.cpuMicros());
  }

  private Result measure(
      Plan plan, Server server, List<String> jobs, int followers, boolean deaf, int records)
      throws IOException {
    double heap = server.process().liveHeapMiB();
    double resident = server.process().residentMiB();
    try (Connection connection = new Connection(server.port());
        Listeners listeners = new Listeners()) {
      for (int i = 0; i < followers; i++) {
        listeners.open(server.port(), stream(connection, jobs.get(i % jobs.size())));
      }
      if (deaf) {
        listeners.openDeaf(server.port(), stream(connection, jobs.getFirst()));
      }
      double heapAfter = server.process().liveHeapMiB();
      int rounds = Math.max(LEAST_TICKS, plan.count(TICKS) / jobs.size());
      tick(connection, jobs, listeners, records); // the first is not like the others
      double cpu = server.process().cpuMillis();
      long begin = System.nanoTime();
      for (int i = 0; i < rounds; i++) {
        tick(connection, jobs, listeners, records);
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      double delivered = (double) rounds * records * followers;
      double perSecond = delivered / seconds;
      plan.progress(
          "subscribers: %.0f records/s to %d of %d %ss"
              .formatted(perSecond, followers, jobs.size(), thing()));
      return new Result(
          perSecond,
          1024 * (heapAfter - heap) / followers,
          1024 * (server.process().residentMiB() - resident) / followers,
          1e3 * (server.process().cpuMillis() - cpu) / delivered);
    }
  }

  /** A message to each job, and all that follows from it at every follower. */
  private static void tick(
      Connection connection, List<String> jobs, Listeners listeners, int records)
      throws IOException {
    long expected = listeners.events() + (long) records * listeners.size();
    for (String job : jobs) {
      send(connection, job);
    }
    listeners.await(expected);
  }

  /** The same bytes in as many writes, without jobs, feeds and a contract. */
  private static Floor floor(Plan plan, Started bare, int followers, int groups, int records)
      throws IOException {
    double[] rates = new double[plan.rounds()];
    String frames =
        String.join("", Collections.nCopies(records, "id: 1\ndata: " + "x".repeat(200) + "\n\n"));
    try (Connection connection = new Connection(bare.port());
        Listeners listeners = new Listeners()) {
      for (int i = 0; i < followers; i++) {
        listeners.open(bare.port(), FloorServer.STREAM + groups + "-" + i % groups);
      }
      for (int round = -plan.warmUps(); round < plan.rounds(); round++) {
        long begin = System.nanoTime();
        int ticks = Math.max(LEAST_TICKS, plan.count(TICKS) / groups);
        for (int i = 0; i < ticks; i++) {
          long expected = listeners.events() + (long) records * followers;
          for (int group = 0; group < groups; group++) {
            connection.post(FloorServer.STREAM + groups + "-" + group, frames);
          }
          listeners.await(expected);
        }
        if (round >= 0) {
          rates[round] = (double) ticks * records * followers / ((System.nanoTime() - begin) / 1e9);
        }
      }
    }
    return new Floor(
        "a bare handler that writes as many bytes to as many responses",
        new Series(rates).median());
  }

  /** How many records a message makes once a job has had some. */
  private int recordsOfAMessage(Connection connection, String job) throws IOException {
    String records = records(connection, job);
    send(connection, job);
    long before = settled(connection, records, 0);
    send(connection, job);
    return (int) (settled(connection, records, before) - before);
  }

  /** The cursor behind all that there is once there is something behind {@code from}, and quiet. */
  private static long settled(Connection connection, String records, long from) throws IOException {
    long last = from;
    for (long now = -1; now != last || now == from; now = end(connection, records)) {
      last = Math.max(from, now);
      Plan.pause(SETTLE_MILLIS);
    }
    return last;
  }

  private static long end(Connection connection, String records) throws IOException {
    long after = 0;
    JsonNode page;
    do {
      page = Json.parse(connection.page(records + "?limit=1000&after=" + after).body());
      after = page.path("next").asLong();
    } while (!page.path("data").isEmpty());
    return after;
  }

  private static void send(Connection connection, String job) throws IOException {
    Connection.Answer answer =
        connection.post(
            Server.API + "/jobs/" + job + "/messages",
            "{\"agent_id\":\"desk\",\"type\":\"parcel\",\"body\":{\"text\":\""
                + "x".repeat(64)
                + "\"}}");
    if (answer.status() / 100 != 2) {
      throw new IOException("a message was refused: " + answer);
    }
  }

  /** From now on. */
  private String stream(Connection connection, String job) throws IOException {
    String records = records(connection, job);
    return records + "?after=" + end(connection, records);
  }

  private String records(Connection connection, String job) throws IOException {
    JsonNode run = Json.parse(connection.get(Server.API + "/jobs/" + job).body()).at("/job/run_id");
    return Server.API + path.replace("{job_id}", job).replace("{run_id}", run.asText());
  }
}

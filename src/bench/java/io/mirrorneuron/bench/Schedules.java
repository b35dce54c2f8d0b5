package io.mirrorneuron.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bench.Figure.Floor;
import io.mirrorneuron.bench.Figure.Unit;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** What a server bears that has many schedules, and many that are due in the same second. */
final class Schedules implements Measurement {
  private static final int PAGE = 100;
  private static final long IDLE_SECONDS = 20;
  private static final long LEAD_MILLIS = 8_000;
  private static final long PATIENCE_MILLIS = 120_000;
  private static final long POLL_MILLIS = 10;

  @Override
  public String name() {
    return "schedules";
  }

  @Override
  public List<Figure> run(Plan plan) throws Exception {
    List<Figure> figures = new ArrayList<>();
    try (Server server = up(plan, "due")) {
      figures.add(due(plan, server));
    }
    figures.addAll(many(plan));
    return figures;
  }

  /** One that makes jobs whatever else this machine does. */
  private static Server up(Plan plan, String name) throws IOException {
    return Server.up(
        plan.program(),
        plan.folder().resolve(name),
        Map.of("MN_RESOURCE_ADMISSION_ENABLED", "false"));
  }

  private static String body(String member, Object value) throws IOException {
    ObjectNode wanted = Json.object();
    wanted.set("manifest", Json.parse(Workflows.routers()).get("manifest_json"));
    wanted.putObject("schedule").put(member, value.toString());
    return Json.write(wanted);
  }

  private static void create(Server server, int schedules, String body) throws Exception {
    post(server, "/schedules", schedules, body);
  }

  /** The same request so many times, over some connections. */
  private static void post(Server server, String path, int times, String body) throws Exception {
    AtomicInteger left = new AtomicInteger(times);
    try (ExecutorService clients = Executors.newFixedThreadPool(Plan.CONNECTIONS)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < Plan.CONNECTIONS; i++) {
        all.add(
            clients.submit(
                () -> {
                  try (Connection connection = new Connection(server.port())) {
                    while (left.getAndDecrement() > 0) {
                      Connection.Answer answer = connection.post(Server.API + path, body);
                      if (answer.status() / 100 != 2) {
                        throw new IOException(path + " was refused: " + answer);
                      }
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> client : all) {
        client.get();
      }
    }
  }

  /** From the time at which all are due until none waits any more. */
  private static Figure due(Plan plan, Server server) throws Exception {
    int schedules = plan.count(1000);
    double[] floor = new double[plan.rounds()];
    double[] due = new double[plan.rounds()];
    for (int i = -plan.warmUps(); i < plan.rounds(); i++) {
      long begin = System.nanoTime();
      post(server, "/jobs", schedules, Workflows.routers());
      double plain = (System.nanoTime() - begin) / 1e6;
      long at = System.currentTimeMillis() + LEAD_MILLIS;
      create(server, schedules, body("run_at", Instant.ofEpochMilli(at)));
      if (System.currentTimeMillis() >= at) {
        throw new IOException("they were due before they were made");
      }
      double last = lastMade(server) - at;
      plan.progress("schedules: %.0f ms, floor %.0f ms".formatted(last, plain));
      if (i >= 0) {
        floor[i] = plain;
        due[i] = last;
      }
    }
    return new Figure(
        "%d schedules due at the same time until all have made their job".formatted(schedules),
        Unit.MILLISECONDS,
        new Series(due).median(),
        new Floor(
            "as many submissions of that job over 16 connections", new Series(floor).median()));
  }

  private static long lastMade(Server server) throws IOException {
    try (Connection connection = new Connection(server.port())) {
      long patience = System.currentTimeMillis() + PATIENCE_MILLIS;
      while (!Json.parse(connection.get(Server.API + "/schedules?status=active&limit=1").body())
          .get("data")
          .isEmpty()) {
        if (System.currentTimeMillis() > patience) {
          throw new IOException("some were not dispatched");
        }
        Plan.pause(POLL_MILLIS);
      }
    }
    return System.currentTimeMillis();
  }

  private static List<Figure> many(Plan plan) throws Exception {
    int schedules = plan.count(100_000);
    State few;
    State many;
    double created;
    double start;
    Server server = up(plan, "schedules");
    try {
      create(server, PAGE, body("cron", "0 0 1 1 *"));
      server.close();
      server = up(plan, "schedules");
      few = State.of(server);
      long begin = System.nanoTime();
      create(server, schedules - PAGE, body("cron", "0 0 1 1 *"));
      created = schedules / ((System.nanoTime() - begin) / 1e9);
      plan.progress("schedules: %d made, %.0f/s".formatted(schedules, created));
      server.close();
      server = up(plan, "schedules");
      start = server.process().firstAnswerMillis();
      many = State.of(server);
    } finally {
      server.close();
    }
    String beside = "beside %d schedules".formatted(schedules);
    return List.of(
        new Figure(
                "CPU of an idle server for each second, " + beside,
                Unit.MILLISECONDS,
                many.idleCpuMillis,
                new Floor("the same beside %d".formatted(PAGE), few.idleCpuMillis))
            .with("redis", many.redisCpuMillis)
            .with("redis_of_few", few.redisCpuMillis)
            .with("server_rss_mib", many.rssMiB)
            .with("server_rss_mib_of_few", few.rssMiB)
            .with("redis_rss_mib", many.redisRssMiB)
            .with("redis_rss_mib_of_few", few.redisRssMiB)
            .with("made_per_second", created),
        new Figure(
            "start to the first answer, " + beside,
            Unit.MILLISECONDS,
            start,
            new Floor("the same beside %d".formatted(PAGE), few.startMillis)),
        new Figure(
            "a page of %d schedules, p50, %s".formatted(PAGE, beside),
            Unit.MILLISECONDS,
            many.pageMillis,
            new Floor("the same with no more than that", few.pageMillis)));
  }

  /**
   * What was measured with some number of schedules, shortly after a start.
   *
   * @param idleCpuMillis of the server in each second in which nobody asks it for anything
   */
  private record State(
      double startMillis,
      double idleCpuMillis,
      double redisCpuMillis,
      double rssMiB,
      double redisRssMiB,
      double pageMillis) {

    static State of(Server server) throws Exception {
      Plan.pause(1000 * IDLE_SECONDS); // what follows a start is over
      double cpu = server.process().cpuMillis();
      double redisCpu = server.redisCpuMillis();
      Plan.pause(1000 * IDLE_SECONDS);
      cpu = (server.process().cpuMillis() - cpu) / IDLE_SECONDS;
      redisCpu = (server.redisCpuMillis() - redisCpu) / IDLE_SECONDS;
      double rss = server.process().residentMiB();
      double redisRss = server.redisResidentMiB();
      pages(server, 200); // until it is compiled
      return new State(
          server.process().firstAnswerMillis(), cpu, redisCpu, rss, redisRss, pages(server, 100));
    }

    private static double pages(Server server, int times) throws IOException {
      double[] millis = new double[times];
      try (Connection connection = new Connection(server.port())) {
        for (int i = 0; i < times; i++) {
          long begin = System.nanoTime();
          String page = connection.get(Server.API + "/schedules?limit=" + PAGE).body();
          if (Json.parse(page).get("data").size() != PAGE) {
            throw new IOException("the page is not full");
          }
          millis[i] = (System.nanoTime() - begin) / 1e6;
        }
      }
      return new Series(millis).median();
    }
  }
}

package io.mirrorneuron.bench;

import io.mirrorneuron.bench.Figure.Floor;
import io.mirrorneuron.bench.Figure.Unit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Several servers on one Redis: what they do together beside one alone, and what a program on
 * another server costs beside one where its job is.
 */
final class Clusters implements Measurement {
  private static final int[] SERVERS = {1, 2, 4};
  private static final String RACK = "meta.rack";

  @Override
  public String name() {
    return "cluster";
  }

  @Override
  public List<Figure> run(Plan plan) throws Exception {
    List<Figure> figures = new ArrayList<>();
    double[] alone = new double[2];
    for (int servers : SERVERS) {
      List<Server> all = start(plan, servers);
      try {
        figures.add(
            together(plan, all, "jobs of three no-ops", Workflows.routers(), 2000, alone, 0));
        figures.add(
            together(plan, all, "jobs of three /bin/true", Workflows.processes(), 500, alone, 1));
        if (servers == 2) {
          figures.add(elsewhere(plan, all));
        }
      } finally {
        all.reversed().forEach(Server::close);
      }
    }
    return figures;
  }

  /** The others work on the Redis of the first. */
  private static List<Server> start(Plan plan, int servers) throws IOException {
    List<Server> all = new ArrayList<>();
    for (int i = 0; i < servers; i++) {
      String redis = i == 0 ? "" : all.getFirst().redisUri();
      Map<String, String> settings =
          Map.of(
              "MN_RESOURCE_ADMISSION_ENABLED",
              "false",
              "MN_NETWORK_JOIN_TOKEN",
              "bench",
              "MN_NODE_NAME",
              "mirror_neuron@bench-" + i,
              "MN_NODE_LABELS",
              "rack=" + i,
              "MN_REDIS_URL",
              redis);
      String home = "cluster-%d-%d".formatted(servers, i);
      all.add(Server.up(plan.program(), plan.folder().resolve(home), settings));
    }
    return all;
  }

  /**
   * @param alone what one server does, by {@code kind}
   */
  private static Figure together(
      Plan plan, List<Server> all, String what, String body, int full, double[] alone, int kind)
      throws Exception {
    int jobs = plan.count(full);
    burst(all, body, jobs * all.size()); // each is as warm as one alone would be
    double redis = all.getFirst().redisCpuMillis();
    double[] rounds = new double[plan.rounds()];
    for (int i = 0; i < rounds.length; i++) {
      rounds[i] = burst(all, body, jobs);
    }
    redis = all.getFirst().redisCpuMillis() - redis;
    double median = new Series(rounds).median();
    alone[kind] = all.size() == 1 ? median : alone[kind];
    plan.progress("cluster, %d servers: %.0f %s a second".formatted(all.size(), median, what));
    return new Figure(
            "%s, %d servers".formatted(what, all.size()),
            Unit.PER_SECOND,
            median,
            new Floor("one server on the same machine", alone[kind]))
        .with("redis_cpu_us_per_job", 1e3 * redis / ((double) jobs * rounds.length));
  }

  /** Jobs a second of all servers, each with its share of the clients. */
  private static double burst(List<Server> all, String body, int jobs) throws Exception {
    long begin = System.nanoTime();
    List<CompletableFuture<Void>> shares = new ArrayList<>();
    for (Server server : all) {
      Clients clients = new Clients(server.port(), one -> Server.complete(one, body));
      shares.add(
          CompletableFuture.runAsync(
              () -> {
                try {
                  clients.run(jobs / all.size(), Plan.CONNECTIONS / all.size());
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              }));
    }
    CompletableFuture.allOf(shares.toArray(CompletableFuture<?>[]::new)).join();
    return jobs / ((System.nanoTime() - begin) / 1e9);
  }

  private static Figure elsewhere(Plan plan, List<Server> two) throws Exception {
    Clients here = bound(two, 0);
    Clients there = bound(two, 1);
    int jobs = plan.count(200);
    here.run(jobs, 1);
    there.run(jobs, 1);
    double[] own = new double[plan.rounds()];
    double[] other = new double[plan.rounds()];
    for (int i = 0; i < own.length; i++) {
      own[i] = here.run(jobs, 1).millis().median();
      other[i] = there.run(jobs, 1).millis().median();
    }
    return new Figure(
        "a job of one /bin/true on another server, one at a time, p50",
        Unit.MILLISECONDS,
        new Series(other).median(),
        new Floor("the same where the job is", new Series(own).median()));
  }

  private static Clients bound(List<Server> two, int rack) {
    String body = Workflows.bound(RACK, Integer.toString(rack));
    return new Clients(two.getFirst().port(), one -> Server.complete(one, body));
  }
}

package io.mirrorneuron.bench;

import io.mirrorneuron.bench.Figure.Floor;
import io.mirrorneuron.bench.Figure.Unit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The same work on ours and on the peer, in turn, each with new data: three chained steps, no-ops
 * and then {@code /bin/true}, one request a job. Values of the peer stand as the floor.
 */
final class Comparisons implements Measurement {
  private static final int BURST = 200;
  private static final int ONE_BY_ONE = 20;
  private static final int ROUNDS = 3;
  private static final long IDLE_MILLIS = 3000;

  /** One number of both. */
  private record Pair(Unit unit, List<Double> ours, List<Double> peer) {
    double median(List<Double> values) {
      return new Series(values.stream().mapToDouble(Double::doubleValue).toArray()).median();
    }
  }

  private final Map<String, Pair> pairs = new LinkedHashMap<>();

  @Override
  public String name() {
    return "peer";
  }

  @Override
  public List<Figure> run(Plan plan) throws Exception {
    if (plan.peer() == null) {
      plan.progress("no peer: --restate=PROGRAM and --restate-python=PROGRAM name one");
      return List.of();
    }
    for (int i = 0; i < (plan.quick() ? 1 : 5); i++) {
      ours(plan, "ours-" + i);
      peer(plan, "peer-" + i);
    }
    List<Figure> figures = new ArrayList<>();
    pairs.forEach(
        (name, pair) ->
            figures.add(
                new Figure(
                    name,
                    pair.unit(),
                    pair.median(pair.ours()),
                    new Floor("Restate", pair.median(pair.peer())))));
    return figures;
  }

  private void ours(Plan plan, String name) throws Exception {
    try (Server server = Server.up(plan, name)) {
      idle(true, server.process());
      String[] bodies = {Workflows.routers(), Workflows.processes()};
      chains(true, server.port(), "noop", one -> Server.complete(one, bodies[0]));
      chains(true, server.port(), "true", one -> Server.complete(one, bodies[1]));
      try (Connection connection = new Connection(server.port())) {
        String job = Server.complete(connection, bodies[1]).path("job_id").asText();
        reads(plan, true, server.port(), Server.API + "/jobs/" + job + "?include=status");
      }
      loaded(plan, true, server.process());
    }
  }

  private void peer(Plan plan, String name) throws Exception {
    try (Peer peer = Peer.up(plan, name)) {
      idle(false, peer.server());
      for (String chain : List.of("noop", "true")) {
        chains(false, peer.port(), chain, one -> Peer.complete(one, chain));
      }
      try (Connection connection = new Connection(peer.port())) {
        reads(plan, false, peer.port(), Peer.finished(connection, "true"));
      }
      loaded(plan, false, peer.server());
    }
  }

  private void idle(boolean ours, Started server) throws Exception {
    note(ours, "start to the first answer", Unit.MILLISECONDS, server.firstAnswerMillis());
    Plan.pause(IDLE_MILLIS);
    note(ours, "resident memory, idle", Unit.MEBIBYTES, server.residentMiB());
  }

  private void loaded(Plan plan, boolean ours, Started server) throws Exception {
    note(ours, "resident memory after all this", Unit.MEBIBYTES, server.residentMiB());
    plan.progress((ours ? "ours" : "peer") + " is measured");
  }

  private void chains(boolean ours, int port, String chain, Clients.Task task) throws Exception {
    String what = "three " + (chain.equals("true") ? "/bin/true" : "no-ops");
    Clients clients = new Clients(port, task);
    for (int round = 1; round <= ROUNDS; round++) {
      double rate = clients.run(BURST, Plan.CONNECTIONS).perSecond();
      note(ours, "%s, burst of %d, round %d".formatted(what, BURST, round), Unit.PER_SECOND, rate);
    }
    double millis = clients.run(ONE_BY_ONE, 1).millis().median();
    note(ours, what + ", one at a time, p50", Unit.MILLISECONDS, millis);
  }

  private void reads(Plan plan, boolean ours, int port, String path) throws Exception {
    double rate = ReadLoad.best().run(port, path, plan.readSeconds());
    note(ours, "status of an ended job, " + ReadLoad.best().name(), Unit.PER_SECOND, rate);
  }

  private void note(boolean ours, String name, Unit unit, double value) {
    Pair pair =
        pairs.computeIfAbsent(name, _ -> new Pair(unit, new ArrayList<>(), new ArrayList<>()));
    (ours ? pair.ours() : pair.peer()).add(value);
  }
}

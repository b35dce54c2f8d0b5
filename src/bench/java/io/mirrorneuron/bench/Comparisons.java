package io.mirrorneuron.bench;

import io.mirrorneuron.bench.Figure.Floor;
import io.mirrorneuron.bench.Figure.Unit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The same work on ours, on the peer and on a bare server, in turn, each with new data: three
 * chained steps, no-ops and then {@code /bin/true}, one request a job. Values of the peer stand as
 * the floor, those of the bare server ({@link BareChains}) beside them.
 */
final class Comparisons implements Measurement {
  private static final int BURST = 200;
  private static final int ONE_BY_ONE = 20;
  private static final int ROUNDS = 3;
  private static final long IDLE_MILLIS = 3000;

  /** Whose a number is. */
  private enum Side {
    OURS,
    PEER,
    BARE
  }

  /** One number of each that has it. */
  private record Row(Unit unit, Map<Side, List<Double>> values) {
    Row(Unit unit) {
      this(unit, new EnumMap<>(Side.class));
    }

    double median(Side side) {
      return new Series(values.get(side).stream().mapToDouble(Double::doubleValue).toArray())
          .median();
    }

    Figure figure(String name) {
      Figure figure =
          new Figure(name, unit, median(Side.OURS), new Floor("Restate", median(Side.PEER)));
      return values.containsKey(Side.BARE)
          ? figure.with("bare_server_on_this_stack", median(Side.BARE))
          : figure;
    }
  }

  private final Map<String, Row> rows = new LinkedHashMap<>();

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
    return rows.entrySet().stream().map(row -> row.getValue().figure(row.getKey())).toList();
  }

  private void ours(Plan plan, String name) throws Exception {
    try (Server server = Server.up(plan, name)) {
      idle(Side.OURS, server.process());
      String[] bodies = {Workflows.routers(), Workflows.processes()};
      chains(Side.OURS, server.port(), "noop", one -> Server.complete(one, bodies[0]));
      chains(Side.OURS, server.port(), "true", one -> Server.complete(one, bodies[1]));
      try (Connection connection = new Connection(server.port())) {
        String job = Server.complete(connection, bodies[1]).path("job_id").asText();
        reads(plan, Side.OURS, server.port(), Server.API + "/jobs/" + job + "?include=status");
      }
      loaded(plan, Side.OURS, server.process());
      bare(plan, server.redisUri(), name);
    }
  }

  private void bare(Plan plan, String redisUri, String name) throws Exception {
    Path log = plan.folder().resolve(name + "-bare.log");
    try (Started server = FloorServer.start(redisUri, "none", log)) {
      for (String chain : List.of("noop", "true")) {
        chains(Side.BARE, server.port(), chain, one -> BareChains.complete(one, chain));
      }
    }
  }

  private void peer(Plan plan, String name) throws Exception {
    try (Peer peer = Peer.up(plan, name)) {
      idle(Side.PEER, peer.server());
      for (String chain : List.of("noop", "true")) {
        chains(Side.PEER, peer.port(), chain, one -> Peer.complete(one, chain));
      }
      try (Connection connection = new Connection(peer.port())) {
        reads(plan, Side.PEER, peer.port(), Peer.finished(connection, "true"));
      }
      loaded(plan, Side.PEER, peer.server());
    }
  }

  private void idle(Side side, Started server) throws Exception {
    note(side, "start to the first answer", Unit.MILLISECONDS, server.firstAnswerMillis());
    Plan.pause(IDLE_MILLIS);
    note(side, "resident memory, idle", Unit.MEBIBYTES, server.residentMiB());
  }

  private void loaded(Plan plan, Side side, Started server) throws Exception {
    note(side, "resident memory after all this", Unit.MEBIBYTES, server.residentMiB());
    plan.progress(side.name().toLowerCase(Locale.ROOT) + " is measured");
  }

  private void chains(Side side, int port, String chain, Clients.Task task) throws Exception {
    String what = "three " + (chain.equals("true") ? "/bin/true" : "no-ops");
    Clients clients = new Clients(port, task);
    for (int round = 1; round <= ROUNDS; round++) {
      double rate = clients.run(BURST, Plan.CONNECTIONS).perSecond();
      note(side, "%s, burst of %d, round %d".formatted(what, BURST, round), Unit.PER_SECOND, rate);
    }
    double millis = clients.run(ONE_BY_ONE, 1).millis().median();
    note(side, what + ", one at a time, p50", Unit.MILLISECONDS, millis);
  }

  private void reads(Plan plan, Side side, int port, String path) throws Exception {
    double rate = ReadLoad.best().run(port, path, plan.readSeconds());
    note(side, "status of an ended job, " + ReadLoad.best().name(), Unit.PER_SECOND, rate);
  }

  private void note(Side side, String name, Unit unit, double value) {
    rows.computeIfAbsent(name, _ -> new Row(unit))
        .values()
        .computeIfAbsent(side, _ -> new ArrayList<>())
        .add(value);
  }
}

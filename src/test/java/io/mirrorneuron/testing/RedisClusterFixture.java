package io.mirrorneuron.testing;

import io.mirrorneuron.config.ClusterSeeds;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.bucket.StorePlaces;
import io.mirrorneuron.store.connection.ClusterMap;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A Redis Cluster of three masters, on ports of the loopback interface. If that is wanted with a
 * replica each, and one more that goes to a master which has lost its own. A node that is silent
 * for two seconds is taken for dead.
 */
public final class RedisClusterFixture implements AutoCloseable {
  private static final int MASTERS = 3;
  private static final int SLOTS = 16_384;

  /** How far the port by which nodes talk to each other is from that of clients. */
  private static final int BUS = 10_000;

  /** Words of a line of CLUSTER NODES. */
  private static final int BEFORE_SLOTS = 8;

  private static final Secret PASSWORD = new Secret("of-redis");
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final Duration START = Duration.ofSeconds(60);

  private final Vertx vertx = Vertx.vertx();
  private final Path program;
  private final Path folder;
  private final List<Node> nodes = new ArrayList<>();

  /**
   * One server.
   *
   * @param announced the port that clients are told
   */
  public record Node(int port, int announced, Process process, Redis client) {
    public String address() {
      return "127.0.0.1:" + announced;
    }

    /** The answer to a command; fails with what the server says. */
    public Response ask(Command command, Object... arguments) {
      Request request = Request.cmd(command);
      for (Object argument : arguments) {
        request.arg(String.valueOf(argument));
      }
      try {
        return client.send(request).await(10, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        throw new AssertionError(e);
      }
    }

    String id() {
      return ask(Command.CLUSTER, "MYID").toString();
    }
  }

  /** Of what clients reach, null: they reach the servers themselves. */
  private final TestCertificate certificate;

  private RedisClusterFixture(Path folder, TestCertificate certificate) throws IOException {
    this.folder = folder;
    this.certificate = certificate;
    this.program = OldRedis.unpack(folder.resolve("program"));
  }

  /** Returns when all slots are served and each master has its replica. */
  public static RedisClusterFixture start(Path folder, boolean hasReplicas) throws IOException {
    return start(folder, hasReplicas, null);
  }

  /** Without replicas; clients reach and are told ports before the servers, which talk TLS. */
  public static RedisClusterFixture startBehindTls(Path folder, TestCertificate certificate)
      throws IOException {
    return start(folder, false, certificate);
  }

  private static RedisClusterFixture start(
      Path folder, boolean hasReplicas, TestCertificate certificate) throws IOException {
    RedisClusterFixture cluster = new RedisClusterFixture(folder, certificate);
    try {
      for (int i = 0; i < (hasReplicas ? 2 * MASTERS + 1 : MASTERS); i++) {
        cluster.add(i);
      }
      cluster.join();
      return cluster;
    } catch (IOException | RuntimeException | AssertionError e) {
      cluster.close();
      throw e;
    }
  }

  private static int freePort() {
    while (true) {
      int port = FreePort.at("127.0.0.1");
      if (port + BUS <= 65_535) {
        return port;
      }
    }
  }

  private void add(int number) throws IOException {
    String name = "node-" + number;
    int port = freePort();
    int announced = certificate == null ? port : TlsWire.before(vertx, port, certificate);
    String configuration =
        """
        bind 127.0.0.1
        port %d
        protected-mode no
        dir %s
        save ""
        appendonly yes
        requirepass %s
        masterauth %s
        cluster-enabled yes
        cluster-node-timeout 2000
        cluster-announce-ip 127.0.0.1
        cluster-announce-port %d
        cluster-announce-bus-port %d
        repl-diskless-sync-delay 0
        """
            .formatted(
                port,
                Files.createDirectories(folder.resolve(name)),
                PASSWORD.value(),
                PASSWORD.value(),
                announced,
                port + BUS);
    Path file = Files.writeString(folder.resolve(name + ".conf"), configuration);
    Process process =
        new ProcessBuilder(program.toString(), file.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".log").toFile())
            .start();
    RedisOptions options =
        new RedisOptions()
            .setConnectionString("redis://127.0.0.1:" + port)
            .setPassword(PASSWORD.value());
    Node node = new Node(port, announced, process, Redis.createClient(vertx, options));
    nodes.add(node);
    Eventually.eventually("the node answers", START, () -> answers(node));
  }

  private static boolean answers(Node node) {
    try {
      return node.ask(Command.PING) != null;
    } catch (Throwable away) { // the client reports errors of Redis as a Throwable
      return false;
    }
  }

  private void join() {
    for (int i = 0; i < nodes.size(); i++) {
      nodes.get(i).ask(Command.CLUSTER, "SET-CONFIG-EPOCH", i + 1);
      nodes.get(i).ask(Command.CLUSTER, "MEET", "127.0.0.1", nodes.getFirst().port());
    }
    for (int i = 0; i < MASTERS; i++) {
      List<Object> slots = new ArrayList<>(List.of("ADDSLOTS"));
      for (int slot = i * SLOTS / MASTERS; slot < (i + 1) * SLOTS / MASTERS; slot++) {
        slots.add(slot);
      }
      nodes.get(i).ask(Command.CLUSTER, slots.toArray());
    }
    Eventually.eventually("all know all", START, () -> nodes.stream().allMatch(this::knowsAll));
    for (int i = MASTERS; i < nodes.size(); i++) {
      nodes.get(i).ask(Command.CLUSTER, "REPLICATE", nodes.get(i % MASTERS).id());
    }
    awaitWhole();
  }

  private boolean knowsAll(Node node) {
    return node.ask(Command.CLUSTER, "INFO")
        .toString()
        .contains("cluster_known_nodes:" + nodes.size());
  }

  /** Waits until all slots are served, and all replicas that live have what their masters have. */
  public void awaitWhole() {
    Eventually.eventually(
        "the cluster is whole",
        START,
        () -> nodes.stream().filter(node -> node.process().isAlive()).allMatch(this::isWell));
  }

  private boolean isWell(Node node) {
    String replication = node.ask(Command.INFO, "replication").toString();
    return node.ask(Command.CLUSTER, "INFO").toString().contains("cluster_state:ok")
        && (replication.contains("role:master") || replication.contains("master_link_status:up"));
  }

  /** Masters at first, then their replicas in the same order. */
  public List<Node> nodes() {
    return List.copyOf(nodes);
  }

  /** The node that has this slot. */
  public Node master(int slot) {
    return nodes.stream()
        .filter(node -> node.process().isAlive())
        .filter(node -> hasSlot(node, slot))
        .findFirst()
        .orElseThrow();
  }

  /** As it says of itself. */
  private static boolean hasSlot(Node node, int slot) {
    return mastersOf(slot, node).anyMatch(line -> line.contains("myself"));
  }

  /** Lines of masters that have the slot, as this node says. */
  private static Stream<String> mastersOf(int slot, Node reported) {
    return reported
        .ask(Command.CLUSTER, "NODES")
        .toString()
        .lines()
        .filter(line -> line.contains("master") && isOf(line, slot));
  }

  private static boolean isOf(String line, int slot) {
    for (String range : Stream.of(line.split(" ")).skip(BEFORE_SLOTS).toList()) {
      String[] ends = range.split("-");
      if (range.matches("\\d+(-\\d+)?")
          && Integer.parseInt(ends[0]) <= slot
          && slot <= Integer.parseInt(ends[ends.length - 1])) {
        return true;
      }
    }
    return false;
  }

  /**
   * Moves a slot with its keys, a few at a time, as operators do. Returns when all nodes know: two
   * masters that are given slots before they have heard of each other get the same epoch, and then
   * both of them or none may keep a slot.
   */
  public void move(int slot, Node to) {
    Node from = master(slot);
    to.ask(Command.CLUSTER, "SETSLOT", slot, "IMPORTING", from.id());
    from.ask(Command.CLUSTER, "SETSLOT", slot, "MIGRATING", to.id());
    Response keys = from.ask(Command.CLUSTER, "GETKEYSINSLOT", slot, 10);
    while (keys.size() > 0) {
      for (Response key : keys) {
        from.ask(Command.MIGRATE, "127.0.0.1", to.port(), key, 0, 5000, "AUTH", PASSWORD.value());
      }
      keys = from.ask(Command.CLUSTER, "GETKEYSINSLOT", slot, 10);
    }
    to.ask(Command.CLUSTER, "SETSLOT", slot, "NODE", to.id());
    from.ask(Command.CLUSTER, "SETSLOT", slot, "NODE", to.id());
    nodes.subList(0, MASTERS).stream()
        .filter(node -> node.port() != to.port() && node.port() != from.port())
        .forEach(node -> node.ask(Command.CLUSTER, "SETSLOT", slot, "NODE", to.id()));
    Eventually.eventually("all know where the slot is", START, () -> allSay(slot, to.id()));
  }

  private boolean allSay(int slot, String master) {
    return nodes.stream()
        .filter(node -> node.process().isAlive())
        .map(node -> mastersOf(slot, node).map(line -> line.split(" ")[0]).toList())
        .allMatch(List.of(master)::equals);
  }

  /** Whether a replica of this master serves its slots by now, and all is served again. */
  public boolean isReplaced(int master) {
    return IntStream.range(MASTERS, nodes.size())
        .filter(i -> i % MASTERS == master)
        .mapToObj(nodes::get)
        .anyMatch(
            node ->
                isWell(node)
                    && node.ask(Command.INFO, "replication").toString().contains("role:master"));
  }

  /** How clients find it. */
  public ClusterSeeds seeds() {
    return new ClusterSeeds(
        nodes.stream().map(Node::address).toList(),
        "",
        PASSWORD,
        certificate != null,
        certificate == null ? null : certificate.pem());
  }

  public Vertx vertx() {
    return vertx;
  }

  /** New connections as a runtime has them; they end with this. */
  public StorePlaces places(Keys keys, boolean isAcknowledged) {
    return StorePlaces.connect(
            vertx,
            new ClusterMap(seeds(), TIMEOUT),
            keys,
            isAcknowledged,
            Storage.unwatched(),
            TIMEOUT)
        .await();
  }

  @Override
  public void close() {
    vertx.close().await();
    nodes.forEach(node -> node.process().destroyForcibly());
  }
}

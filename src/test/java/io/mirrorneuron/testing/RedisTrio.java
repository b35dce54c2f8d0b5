package io.mirrorneuron.testing;

import io.mirrorneuron.config.RedisSettings.Sentinels;
import io.mirrorneuron.config.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A Redis with two replicas and three Sentinels that watch it, as processes of this machine or each
 * pair on a host of its own. Sentinels take a silent master for down after two seconds.
 */
public final class RedisTrio implements AutoCloseable {
  public static final String MASTER = "mymaster";
  private static final Secret PASSWORD = new Secret("of-redis");
  private static final Secret SENTINEL_PASSWORD = new Secret("of-sentinels");
  private static final Duration START = Duration.ofSeconds(60);

  private final Path program;
  private final Path folder;
  private final List<Member> members = new ArrayList<>();

  /** Runs the words of a command where a member is. */
  private interface Place {
    List<String> on(String... command);
  }

  /** One Redis and one Sentinel at the same address. */
  public record Member(
      String address, int port, int sentinelPort, Process redis, Process sentinel) {}

  private RedisTrio(Path folder) throws IOException {
    this.folder = folder;
    this.program = OldRedis.unpack(folder.resolve("program"));
  }

  /** On free ports of the loopback interface; returns when a failover could be made. */
  public static RedisTrio start(Path folder) throws IOException {
    return started(folder, null);
  }

  /** On the hosts 1, 2 and 3; the master on the first one. */
  public static RedisTrio start(Path folder, Hosts hosts) throws IOException {
    return started(folder, hosts);
  }

  private static RedisTrio started(Path folder, Hosts hosts) throws IOException {
    RedisTrio trio = new RedisTrio(folder);
    try {
      for (int i = 1; i <= 3; i++) {
        int host = i;
        Place place = hosts == null ? List::of : command -> hosts.on(host, command);
        String address = hosts == null ? "127.0.0.1" : hosts.address(i);
        trio.add(place, address, hosts == null ? freePorts() : new int[] {6379, 26379});
      }
      trio.awaitWhole();
      return trio;
    } catch (IOException | AssertionError e) {
      trio.close();
      throw e;
    }
  }

  private static int[] freePorts() throws IOException {
    try (ServerSocket a = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket b = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new int[] {a.getLocalPort(), b.getLocalPort()};
    }
  }

  private void add(Place place, String address, int[] ports) throws IOException {
    String name = "redis-" + (members.size() + 1);
    Path data = Files.createDirectories(folder.resolve(name));
    Member first = members.isEmpty() ? null : members.getFirst();
    StringBuilder redis = new StringBuilder(common(address, ports[0], data));
    redis.append("appendonly yes\nsave \"\"\nrepl-diskless-sync-delay 0\n");
    redis.append("requirepass ").append(PASSWORD.value()).append('\n');
    redis.append("masterauth ").append(PASSWORD.value()).append('\n');
    if (first != null) {
      redis.append("replicaof %s %d\n".formatted(first.address(), first.port()));
    }
    StringBuilder sentinel = new StringBuilder(common(address, ports[1], data));
    sentinel.append(
        "sentinel monitor %s %s %d 2\n"
            .formatted(
                MASTER,
                first == null ? address : first.address(),
                first == null ? ports[0] : first.port()));
    sentinel.append("sentinel down-after-milliseconds %s 2000\n".formatted(MASTER));
    sentinel.append("sentinel failover-timeout %s 6000\n".formatted(MASTER));
    sentinel.append("sentinel auth-pass %s %s\n".formatted(MASTER, PASSWORD.value()));
    sentinel.append("requirepass ").append(SENTINEL_PASSWORD.value()).append('\n');
    sentinel.append("sentinel sentinel-pass ").append(SENTINEL_PASSWORD.value()).append('\n');
    members.add(
        new Member(
            address,
            ports[0],
            ports[1],
            launch(place, name, redis.toString(), List.of()),
            launch(place, name + "-sentinel", sentinel.toString(), List.of("--sentinel"))));
  }

  private static String common(String address, int port, Path data) {
    return "bind %s\nport %d\nprotected-mode no\ndir %s\n".formatted(address, port, data);
  }

  private Process launch(Place place, String name, String configuration, List<String> more)
      throws IOException {
    Path file = Files.writeString(folder.resolve(name + ".conf"), configuration);
    List<String> words = new ArrayList<>(place.on(program.toString(), file.toString()));
    words.addAll(more);
    return new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(name + ".log").toFile())
        .start();
  }

  /** Waits until the master has its replicas and each Sentinel knows all others and them. */
  public void awaitWhole() {
    Eventually.eventually("the replicas follow", START, () -> log("-sentinel").whole(members));
  }

  /** What the Sentinels have written so far; each says once when it finds another part. */
  private Logs log(String ending) {
    List<String> all = new ArrayList<>();
    for (int i = 1; i <= members.size(); i++) {
      all.add(text("redis-" + i + ending + ".log"));
    }
    return new Logs(all, text("redis-1.log"));
  }

  private record Logs(List<String> sentinels, String master) {
    boolean whole(List<Member> members) {
      boolean known =
          sentinels.stream()
              .allMatch(log -> count(log, "+slave ") >= 2 && count(log, "+sentinel ") >= 2);
      return known && count(master, "Synchronization with replica") >= members.size() - 1;
    }

    private static int count(String text, String word) {
      return text.split(Pattern.quote(word), -1).length - 1;
    }
  }

  private String text(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The one that was the master at first. */
  public Member first() {
    return members.getFirst();
  }

  public List<Member> members() {
    return List.copyOf(members);
  }

  /** How clients find the master. */
  public Sentinels sentinels() {
    return new Sentinels(
        members.stream().map(each -> each.address() + ":" + each.sentinelPort()).toList(),
        MASTER,
        "",
        PASSWORD,
        SENTINEL_PASSWORD);
  }

  /** Whether the last Sentinel has another master by now. */
  public boolean isReplaced() {
    return text("redis-3-sentinel.log").contains("+switch-master");
  }

  /** Whether the one that was the master at first has been told that it is a replica. */
  public boolean isFirstDemoted() {
    return text("redis-1.log").contains("REPLICAOF ");
  }

  @Override
  public void close() {
    for (Member member : members) {
      member.sentinel().destroyForcibly();
      member.redis().destroyForcibly();
    }
  }
}

package io.mirrorneuron.store.connection;

import io.mirrorneuron.config.RedisSettings.Sentinels;
import io.mirrorneuron.model.MnException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The master that Redis Sentinels name. All of them are asked at once, since a Sentinel may hang
 * or, when cut off together with a former master, still name that: the newest configuration counts.
 */
public final class SentinelMaster implements RedisMaster {
  /** How long to wait for more answers after the first one. */
  private static final long GRACE_MS = 300;

  private final Sentinels sentinels;
  private final Duration timeout;
  private final Set<URI> addresses = ConcurrentHashMap.newKeySet();
  private volatile Consumer<URI> onAddress = address -> {};

  /**
   * Report of one Sentinel.
   *
   * @param epoch of its configuration; raised by each failover
   * @param down whether this Sentinel considers the master down
   */
  record MasterReport(String host, String port, long epoch, boolean down) {
    String address() {
      return "redis://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** Parses an answer to {@code SENTINEL MASTER}: names and values in turn. */
    static MasterReport of(Response answer) {
      Map<String, String> members = new HashMap<>();
      for (int i = 0; i + 1 < answer.size(); i += 2) {
        members.put(answer.get(i).toString(), answer.get(i + 1).toString());
      }
      return new MasterReport(
          members.get("ip"),
          members.get("port"),
          Long.parseLong(members.get("config-epoch")),
          members.get("flags").contains("_down"));
    }
  }

  /**
   * @param timeout of each connection
   */
  public SentinelMaster(Sentinels sentinels, Duration timeout) {
    this.sentinels = sentinels;
    this.timeout = timeout;
    sentinels.addresses().forEach(each -> addresses.add(URI.create("redis://" + each)));
  }

  @Override
  public void onAddress(Consumer<URI> hears) {
    onAddress = hears;
    addresses.forEach(hears);
  }

  @Override
  public Future<RedisOptions> find(Vertx vertx, long patienceMs) {
    List<Future<MasterReport>> asked =
        sentinels.addresses().stream().map(each -> ask(vertx, each, patienceMs)).toList();
    return Future.any(asked)
        .recover(none -> Future.failedFuture(unanswered(asked)))
        .compose(first -> Future.any(Future.join(asked).otherwiseEmpty(), vertx.timer(GRACE_MS)))
        .compose(
            enough -> newest(asked.stream().filter(Future::succeeded).map(Future::result).toList()))
        .map(this::options);
  }

  private Future<MasterReport> ask(Vertx vertx, String address, long patienceMs) {
    RedisOptions options = RedisMaster.options("redis://" + address, timeout);
    if (sentinels.ownPassword().isSet()) {
      options.setPassword(sentinels.ownPassword().value());
    }
    Redis client = Redis.createClient(vertx, options);
    return client
        .send(Request.cmd(Command.SENTINEL).arg("MASTER").arg(sentinels.master()))
        .map(MasterReport::of)
        .timeout(patienceMs, TimeUnit.MILLISECONDS)
        .onComplete(done -> client.close());
  }

  /** The most informative failure: a refusal rather than silence. */
  private MnException unanswered(List<Future<MasterReport>> asked) {
    List<String> said = asked.stream().map(each -> each.cause() + "").toList();
    if (said.stream().anyMatch(words -> words.contains("No such master"))) {
      return MnException.unavailable(
          "the Sentinels know no master of the name " + sentinels.master(), null);
    }
    if (said.stream().anyMatch(words -> words.contains("NOAUTH") || words.contains("WRONGPASS"))) {
      return MnException.unavailable("the Sentinels refuse the password", null);
    }
    return MnException.unavailable("no Sentinel answers", asked.getFirst().cause());
  }

  static Future<MasterReport> newest(List<MasterReport> reported) {
    MasterReport newest =
        reported.stream().max(Comparator.comparingLong(MasterReport::epoch)).orElseThrow();
    List<MasterReport> same =
        reported.stream().filter(each -> each.address().equals(newest.address())).toList();
    long down = same.stream().filter(MasterReport::down).count();
    return 2 * down > same.size()
        ? Future.failedFuture(
            MnException.unavailable(
                "the Sentinels take the master at " + newest.address() + " for down", null))
        : Future.succeededFuture(newest);
  }

  private RedisOptions options(MasterReport master) {
    URI address = URI.create(master.address());
    if (addresses.add(address)) {
      onAddress.accept(address);
    }
    RedisOptions options = RedisMaster.options(master.address(), timeout);
    if (!sentinels.user().isEmpty()) {
      options.setUser(sentinels.user());
    }
    if (sentinels.password().isSet()) {
      options.setPassword(sentinels.password().value());
    }
    return options;
  }
}

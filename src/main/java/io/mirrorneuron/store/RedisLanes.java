package io.mirrorneuron.store;

import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.lane.RedisDialer;
import io.mirrorneuron.store.lane.RedisEar;
import io.mirrorneuron.store.lane.RedisLane;
import io.mirrorneuron.store.lane.RedisMaster;
import io.mirrorneuron.store.lane.RedisPeer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * A few connections with an event loop each; everything about a job goes over the same one, so its
 * order is kept while Redis can group the commits of several connections into one disk write.
 */
public final class RedisLanes {
  /** For jobs; one more is for what is large. */
  private static final int LANES = 4;

  /** How long Redis may owe an answer by default. */
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final RedisDialer dialer;
  private final List<RedisLane> lanes;
  private volatile Runnable onRestart = () -> {};
  private volatile Consumer<Executor> onOtherServer = lane -> {};

  private RedisLanes(RedisDialer dialer, List<RedisLane> lanes) {
    this.dialer = dialer;
    this.lanes = lanes;
  }

  /**
   * @param connectionString {@code redis://[:password@]host:port/db} or {@code unix://…}
   * @param storage hears when Redis refuses to write for want of room
   */
  public static Future<RedisLanes> connect(Vertx vertx, String connectionString, Storage storage) {
    return connect(vertx, connectionString, storage, TIMEOUT);
  }

  /**
   * @param connectionString {@code redis://[:password@]host:port/db} or {@code unix://…}
   * @param storage hears when Redis refuses to write for want of room
   * @param timeout after so much silence a connection on which answers are due is given up
   */
  public static Future<RedisLanes> connect(
      Vertx vertx, String connectionString, Storage storage, Duration timeout) {
    RedisDialer dialer = RedisDialer.to(RedisMaster.at(connectionString, timeout));
    return connect(vertx, dialer, storage, timeout);
  }

  /**
   * @param storage hears when Redis refuses to write for want of room
   * @param timeout after so much silence a connection on which answers are due is given up
   */
  public static Future<RedisLanes> connect(
      Vertx vertx, RedisDialer dialer, Storage storage, Duration timeout) {
    return connect(vertx, dialer, storage, timeout, LANES + 1);
  }

  /** The same with a single lane, for the jobs of one bucket of many. */
  public static Future<RedisLanes> single(
      Vertx vertx, RedisDialer dialer, Storage storage, Duration timeout) {
    return connect(vertx, dialer, storage, timeout, 1);
  }

  private static Future<RedisLanes> connect(
      Vertx vertx, RedisDialer dialer, Storage storage, Duration timeout, int count) {
    List<RedisLane> lanes = new ArrayList<>();
    Future<?> ready = Future.succeededFuture();
    for (int i = 0; i < count; i++) {
      RedisLane lane = new RedisLane(dialer, storage, timeout);
      lanes.add(lane);
      ready = ready.compose(done -> vertx.deployVerticle(lane));
    }
    return ready.map(done -> new RedisLanes(dialer, List.copyOf(lanes)).joined());
  }

  /** What one lane learns of another server, all follow: an idle one would not notice. */
  private RedisLanes joined() {
    lanes.forEach(lane -> lane.onOtherServer(peer -> otherServer(lane, peer)));
    return this;
  }

  private void otherServer(RedisLane by, RedisPeer peer) {
    onOtherServer.accept(by);
    lanes.forEach(lane -> lane.follow(peer));
    if (by == any()) {
      onRestart.run();
    }
  }

  /** Fails with what Redis says when it takes no commands of ours. */
  public Future<?> ping() {
    return any().send(Request.cmd(Command.PING));
  }

  /** What the server says of itself: the reply to {@code INFO server}. */
  public Future<String> serverInfo() {
    return any().send(Request.cmd(Command.INFO).arg("server")).map(Response::toString);
  }

  /**
   * Hears when Redis was started or replaced: unless it writes each answer to disk, or a replica
   * must have it, it may have lost what it answered last.
   *
   * @param first is called for each lane, on that lane and before anything else is sent over it
   * @param then is called once, from any thread
   */
  public void onRestart(Consumer<Executor> first, Runnable then) {
    onOtherServer = first;
    onRestart = then;
  }

  /** Whether a replica must have what is answered. */
  boolean isAcknowledged() {
    return dialer.isAcknowledged();
  }

  /** Sends a command that concerns no single job, from any thread. */
  public Future<Response> send(Request request) {
    return any().send(request);
  }

  /** Sends on the lane of the job, from any thread; the answer arrives there. */
  public Future<Response> send(String jobId, Request request) {
    return of(jobId).send(request);
  }

  RedisLane of(String jobId) {
    return lanes.get(Math.floorMod(jobId.hashCode(), Math.min(LANES, lanes.size())));
  }

  /** The thread that works for this job. */
  public Executor executor(String jobId) {
    return of(jobId);
  }

  /** Whether every lane has a connection. */
  public boolean isConnected() {
    return lanes.stream().allMatch(RedisLane::isConnected);
  }

  /** The lane for what is large: no job waits behind it. */
  RedisLane bulk() {
    return lanes.getLast();
  }

  /**
   * Hears what is published on a channel, until it is closed.
   *
   * @param hears what is told; also an empty text, when something may have been missed. Must not
   *     wait
   */
  RedisEar hear(String channel, Consumer<String> hears) {
    return any().hear(channel, hears);
  }

  /** A lane for commands that concern no single job. */
  RedisLane any() {
    return lanes.getFirst();
  }
}

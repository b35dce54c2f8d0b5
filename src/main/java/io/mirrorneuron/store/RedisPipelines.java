package io.mirrorneuron.store;

import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.connection.RedisDialer;
import io.mirrorneuron.store.connection.RedisMaster;
import io.mirrorneuron.store.connection.RedisPeer;
import io.mirrorneuron.store.connection.RedisPipeline;
import io.mirrorneuron.store.connection.RedisSubscriber;
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
public final class RedisPipelines {
  /** For jobs; one more is for what is large. */
  private static final int LANES = 4;

  /** How long Redis may owe an answer by default. */
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final RedisDialer dialer;
  private final List<RedisPipeline> pipelines;
  private volatile Runnable onRestart = () -> {};
  private volatile Consumer<Executor> onOtherServer = pipeline -> {};

  private RedisPipelines(RedisDialer dialer, List<RedisPipeline> pipelines) {
    this.dialer = dialer;
    this.pipelines = pipelines;
  }

  /**
   * @param connectionString {@code redis://[:password@]host:port/db} or {@code unix://…}
   * @param storage hears when Redis refuses to write for want of room
   */
  public static Future<RedisPipelines> connect(
      Vertx vertx, String connectionString, Storage storage) {
    return connect(vertx, connectionString, storage, TIMEOUT);
  }

  /**
   * @param connectionString {@code redis://[:password@]host:port/db} or {@code unix://…}
   * @param storage hears when Redis refuses to write for want of room
   * @param timeout after so much silence a connection on which answers are due is given up
   */
  public static Future<RedisPipelines> connect(
      Vertx vertx, String connectionString, Storage storage, Duration timeout) {
    RedisDialer dialer = RedisDialer.to(RedisMaster.at(connectionString, timeout));
    return connect(vertx, dialer, storage, timeout);
  }

  /**
   * @param storage hears when Redis refuses to write for want of room
   * @param timeout after so much silence a connection on which answers are due is given up
   */
  public static Future<RedisPipelines> connect(
      Vertx vertx, RedisDialer dialer, Storage storage, Duration timeout) {
    return connect(vertx, dialer, storage, timeout, LANES + 1);
  }

  /** The same with a single lane, for the jobs of one bucket of many. */
  public static Future<RedisPipelines> single(
      Vertx vertx, RedisDialer dialer, Storage storage, Duration timeout) {
    return connect(vertx, dialer, storage, timeout, 1);
  }

  private static Future<RedisPipelines> connect(
      Vertx vertx, RedisDialer dialer, Storage storage, Duration timeout, int count) {
    List<RedisPipeline> pipelines = new ArrayList<>();
    Future<?> ready = Future.succeededFuture();
    for (int i = 0; i < count; i++) {
      RedisPipeline pipeline = new RedisPipeline(dialer, storage, timeout);
      pipelines.add(pipeline);
      ready = ready.compose(done -> vertx.deployVerticle(pipeline));
    }
    return ready.map(done -> new RedisPipelines(dialer, List.copyOf(pipelines)).joined());
  }

  /** What one lane learns of another server, all follow: an idle one would not notice. */
  private RedisPipelines joined() {
    pipelines.forEach(pipeline -> pipeline.onOtherServer(peer -> otherServer(pipeline, peer)));
    return this;
  }

  private void otherServer(RedisPipeline by, RedisPeer peer) {
    onOtherServer.accept(by);
    pipelines.forEach(pipeline -> pipeline.follow(peer));
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

  RedisPipeline of(String jobId) {
    return pipelines.get(Math.floorMod(jobId.hashCode(), Math.min(LANES, pipelines.size())));
  }

  /** The thread that works for this job. */
  public Executor executor(String jobId) {
    return of(jobId);
  }

  /** Whether every lane has a connection. */
  public boolean isConnected() {
    return pipelines.stream().allMatch(RedisPipeline::isConnected);
  }

  /** The lane for what is large: no job waits behind it. */
  RedisPipeline bulk() {
    return pipelines.getLast();
  }

  /**
   * Hears what is published on a channel, until it is closed.
   *
   * @param hears what is told; also an empty text, when something may have been missed. Must not
   *     wait
   */
  RedisSubscriber hear(String channel, Consumer<String> hears) {
    return any().hear(channel, hears);
  }

  /** A lane for commands that concern no single job. */
  RedisPipeline any() {
    return pipelines.getFirst();
  }
}

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
 * A few connections with an event loop each. Everything about a job uses the same one, so its order
 * is kept while Redis can group the commits of several connections into one disk write.
 */
public final class RedisPipelines {
  /** For jobs; an additional pipeline carries large values. */
  private static final int LANES = 4;

  /** Default timeout of answers. */
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
   * @param storage is notified when Redis refuses writes for want of space
   */
  public static Future<RedisPipelines> connect(
      Vertx vertx, String connectionString, Storage storage) {
    return connect(vertx, connectionString, storage, TIMEOUT);
  }

  /**
   * @param timeout a connection with pending commands is closed after so much silence
   */
  public static Future<RedisPipelines> connect(
      Vertx vertx, String connectionString, Storage storage, Duration timeout) {
    RedisDialer dialer = RedisDialer.to(RedisMaster.at(connectionString, timeout));
    return connect(vertx, dialer, storage, timeout);
  }

  /**
   * @param timeout a connection with pending commands is closed after so much silence
   */
  public static Future<RedisPipelines> connect(
      Vertx vertx, RedisDialer dialer, Storage storage, Duration timeout) {
    return connect(vertx, dialer, storage, timeout, LANES + 1);
  }

  /** The same with a single pipeline, for the jobs of one bucket of many. */
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

  /**
   * When one pipeline finds another server process, all reconnect: an idle one would not notice.
   */
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

  /** Fails with the error of Redis when it does not accept our commands. */
  public Future<?> ping() {
    return any().send(Request.cmd(Command.PING));
  }

  /** The reply to {@code INFO server}. */
  public Future<String> serverInfo() {
    return any().send(Request.cmd(Command.INFO).arg("server")).map(Response::toString);
  }

  /**
   * Registers listeners for a restart or replacement of Redis. Unless Redis writes each answer to
   * disk, or a replica must have it, it may have lost its last answers.
   *
   * @param first called for each pipeline, on its event loop and before anything else is sent over
   *     it
   * @param then called once, from any thread
   */
  public void onRestart(Consumer<Executor> first, Runnable then) {
    onOtherServer = first;
    onRestart = then;
  }

  /** Whether a replica must have each write before it is answered. */
  boolean isAcknowledged() {
    return dialer.isAcknowledged();
  }

  /** Sends a command that concerns no single job, from any thread. */
  public Future<Response> send(Request request) {
    return any().send(request);
  }

  /** Sends on the job's pipeline, from any thread; the answer arrives on its event loop. */
  public Future<Response> send(String jobId, Request request) {
    return of(jobId).send(request);
  }

  RedisPipeline of(String jobId) {
    return pipelines.get(Math.floorMod(jobId.hashCode(), Math.min(LANES, pipelines.size())));
  }

  /** The job's event loop. */
  public Executor executor(String jobId) {
    return of(jobId);
  }

  /** Whether every pipeline has a connection. */
  public boolean isConnected() {
    return pipelines.stream().allMatch(RedisPipeline::isConnected);
  }

  /** The pipeline for large values: no job waits behind it. */
  RedisPipeline bulk() {
    return pipelines.getLast();
  }

  /**
   * Subscribes to a channel, until closed.
   *
   * @param hears receives messages; an empty text when messages may have been missed. Must not
   *     block
   */
  RedisSubscriber hear(String channel, Consumer<String> hears) {
    return any().hear(channel, hears);
  }

  /** A pipeline for commands that concern no single job. */
  RedisPipeline any() {
    return pipelines.getFirst();
  }
}

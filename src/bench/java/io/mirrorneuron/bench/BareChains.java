package io.mirrorneuron.bench;

import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.util.UUID;

/**
 * The least that a job of three steps can be on Vert.x and Redis: a write before and after each
 * step, and for a step that is a program its bare start. No folders, no events, no contract, no
 * confinement. A job of no-ops is one write, as ours is.
 */
final class BareChains {
  /**
   * Whoever posts to {@code /chain/true} has a job of programs, to {@code /chain/noop} one without.
   */
  static final String PATH = "/chain/";

  private static final int STEPS = 3;

  private final Vertx vertx;
  private final RedisConnection redis;
  private final Spawner spawner = Spawner.best("bench");

  BareChains(Vertx vertx, RedisConnection redis) {
    this.vertx = vertx;
    this.redis = redis;
  }

  /** Runs a chain on such a server and has the answer when it has ended, in one request. */
  static void complete(Connection connection, String chain) throws IOException {
    Connection.Answer answer = connection.post(PATH + chain, Workflows.processes());
    if (answer.status() != 200) {
      throw new IOException("the bare chain failed: " + answer);
    }
  }

  /**
   * @param job what is written
   * @return completes when it has ended
   */
  Future<?> run(String path, Buffer job) {
    String key = "bench:bare:" + UUID.randomUUID();
    return path.equals(PATH + "true") ? step(key, job, STEPS) : write(key, job);
  }

  private Future<?> step(String key, Buffer job, int left) {
    if (left == 0) {
      return Future.succeededFuture();
    }
    return write(key, job)
        .compose(begun -> vertx.executeBlocking(this::program, false))
        .compose(ended -> write(key, job))
        .compose(written -> step(key, job, left - 1));
  }

  private Future<?> write(String key, Buffer job) {
    return redis.send(Request.cmd(Command.SET).arg(key).arg(job));
  }

  private Void program() throws Exception {
    SpawnFloor.JavaLoop.once(spawner);
    return null;
  }
}

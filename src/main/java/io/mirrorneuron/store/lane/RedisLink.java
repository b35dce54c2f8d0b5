package io.mirrorneuron.store.lane;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One connection to Redis and the commands on it that wait for their answers. Lives on one event
 * loop. A server that hangs does not end its connection: whoever waits is told by {@link #drop}.
 */
final class RedisLink {
  private final Redis client;
  private final RedisConnection connection;
  private final RedisPeer peer;
  private final Set<Promise<Response>> waiting = new LinkedHashSet<>();

  /** Looks since the last answer, or since there was nothing to wait for. */
  private int silentLooks;

  /**
   * @param client made for this connection alone
   * @param peer what the server calls the connection
   */
  RedisLink(Redis client, RedisConnection connection, RedisPeer peer) {
    this.client = client;
    this.connection = connection;
    this.peer = peer;
  }

  RedisPeer peer() {
    return peer;
  }

  /** Calls {@code lost} once the connection has ended. */
  void onEnd(Runnable lost) {
    connection.exceptionHandler(failure -> lost.run());
    connection.endHandler(nothing -> lost.run());
  }

  /**
   * Throws what the client throws between the end of a connection and the call of its end handler.
   */
  Future<Response> send(Request request) {
    Future<Response> answered = connection.send(request);
    Promise<Response> answer = Promise.promise();
    if (waiting.isEmpty()) {
      silentLooks = 0;
    }
    waiting.add(answer);
    answered.onComplete(
        done -> {
          silentLooks = 0;
          if (waiting.remove(answer)) { // else it was told that the connection is lost
            answer.handle(done);
          }
        });
    return answer.future();
  }

  /** Whether nothing waits. */
  boolean isIdle() {
    return waiting.isEmpty();
  }

  /**
   * To be called at intervals while something waits. Counted in looks, not by the clock, so that a
   * process that stood still does not take its own absence for that of the server.
   *
   * @return how many looks in a row have seen no answer
   */
  int look() {
    return ++silentLooks;
  }

  /** Ends the connection and fails what waits. */
  void drop(Throwable reason) {
    List<Promise<Response>> all = List.copyOf(waiting);
    waiting.clear();
    all.forEach(answer -> answer.fail(reason));
    close();
  }

  Future<?> close() {
    connection.close();
    return client.close();
  }
}

package io.mirrorneuron.store.connection;

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
 * One connection to Redis and the commands on it that wait for their answers, with the connection
 * over which answers are acknowledged, if they are to be. Lives on one event loop. A server that
 * hangs does not end its connection: whoever waits is told by {@link #drop}.
 */
final class RedisLink {
  private final Redis client;
  private final String endpoint;
  private final RedisConnection connection;
  private final RedisPeer peer;

  /** Null where answers count as they come. */
  private final Acknowledgement acknowledgement;

  private final Set<Promise<Response>> waiting = new LinkedHashSet<>();

  /** Looks since the last answer, or since there was nothing to wait for. */
  private int silentLooks;

  /**
   * @param client made for this connection alone
   * @param endpoint where it leads, as the options of the client say
   * @param peer what the server calls the connection
   * @param acknowledgement holds answers; null: they count as they come
   */
  RedisLink(
      Redis client,
      String endpoint,
      RedisConnection connection,
      RedisPeer peer,
      Acknowledgement acknowledgement) {
    this.client = client;
    this.endpoint = endpoint;
    this.connection = connection;
    this.peer = peer;
    this.acknowledgement = acknowledgement;
  }

  String endpoint() {
    return endpoint;
  }

  RedisPeer peer() {
    return peer;
  }

  /** Calls {@code hears} each time no replica has what was written. */
  void onDoubt(Runnable hears) {
    if (acknowledgement != null) {
      acknowledgement.onNobody(hears);
    }
  }

  /** Calls {@code lost} once the connection has ended. */
  void onEnd(Runnable lost) {
    connection.exceptionHandler(failure -> lost.run());
    connection.endHandler(nothing -> lost.run());
    if (acknowledgement != null) {
      acknowledgement.over().onEnd(lost);
    }
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
    return acknowledgement != null && Acknowledgement.concerns(request)
        ? answer.future().compose(acknowledgement::hold)
        : answer.future();
  }

  /** Whether nothing waits. */
  boolean isIdle() {
    return waiting.isEmpty() && (acknowledgement == null || acknowledgement.over().isIdle());
  }

  /**
   * To be called at intervals while something waits. Counted in looks, not by the clock, so that a
   * process that stood still does not take its own absence for that of the server.
   *
   * @return how many looks in a row have seen no answer
   */
  int look() {
    int own = waiting.isEmpty() ? 0 : ++silentLooks;
    return acknowledgement == null ? own : Math.max(own, acknowledgement.over().look());
  }

  /** Ends the connection and fails what waits. */
  void drop(Throwable reason) {
    List<Promise<Response>> all = List.copyOf(waiting);
    waiting.clear();
    close();
    all.forEach(answer -> answer.fail(reason));
    if (acknowledgement != null) {
      acknowledgement.over().drop(reason);
    }
  }

  Future<?> close() {
    connection.close();
    return client.close();
  }
}

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
 * One connection to Redis with its pending commands and, when writes must be acknowledged by a
 * replica, the connection for that. Lives on one event loop. A server that hangs does not end its
 * connection: {@link #drop} fails the pending commands.
 */
final class RedisLink {
  private final Redis client;
  private final String endpoint;
  private final RedisConnection connection;
  private final RedisPeer peer;

  /** Null where answers count as they come. */
  private final Acknowledgement acknowledgement;

  private final Set<Promise<Response>> waiting = new LinkedHashSet<>();

  /** Looks since the last answer, or since no command was pending. */
  private int silentLooks;

  /**
   * @param client made for this connection alone
   * @param endpoint address in the options of the client
   * @param peer the connection as the server knows it
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

  void onDoubt(Runnable hears) {
    if (acknowledgement != null) {
      acknowledgement.onNobody(hears);
    }
  }

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
          if (waiting.remove(answer)) { // else drop has failed it
            answer.handle(done);
          }
        });
    return acknowledgement != null && Acknowledgement.concerns(request)
        ? answer.future().compose(acknowledgement::hold)
        : answer.future();
  }

  boolean isIdle() {
    return waiting.isEmpty() && (acknowledgement == null || acknowledgement.over().isIdle());
  }

  /**
   * Call it at intervals while commands are pending. Counts looks instead of time, so that a pause
   * of this process does not pass for silence of the server.
   *
   * @return number of consecutive looks without an answer
   */
  int look() {
    int own = waiting.isEmpty() ? 0 : ++silentLooks;
    return acknowledgement == null ? own : Math.max(own, acknowledgement.over().look());
  }

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

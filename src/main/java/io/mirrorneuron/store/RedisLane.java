package io.mirrorneuron.store;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.storage.Storage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop with one pipelined connection. Commands leave in the order in which they are
 * given. A lost connection fails what is under way and is made anew by itself.
 */
final class RedisLane extends VerticleBase implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(RedisLane.class);
  private static final long RECONNECT_MS = 100;

  /**
   * Error prefixes with which Redis says that it cannot serve yet; the last one is the client's
   * own, for commands under way when the connection closed.
   */
  private static final List<String> NOT_NOW =
      List.of("LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "CONNECTION_CLOSED");

  /**
   * Part of the error with which Redis refuses writes while its disk refuses them; anywhere in the
   * text when a script failed.
   */
  private static final String CANNOT_WRITE = "MISCONF ";

  private final RedisOptions options;
  private final Storage storage;
  private Redis client;
  private volatile RedisConnection connection;
  private boolean closed;

  RedisLane(RedisOptions options, Storage storage) {
    this.options = options;
    this.storage = storage;
  }

  @Override
  public Future<?> start() {
    client = Redis.createClient(vertx, options);
    return connect();
  }

  @Override
  public Future<?> stop() {
    closed = true;
    return connection == null ? Future.succeededFuture() : connection.close();
  }

  @Override
  public void execute(Runnable task) {
    context.runOnContext(nothing -> task.run());
  }

  boolean isConnected() {
    return connection != null;
  }

  /** Sends from any thread; the answer arrives on the lane. */
  Future<Response> send(Request request) {
    if (Vertx.currentContext() == context) {
      return sendHere(request);
    }
    Promise<Response> answer = Promise.promise();
    context.runOnContext(nothing -> sendHere(request).onComplete(answer));
    return answer.future();
  }

  private Future<Response> sendHere(Request request) {
    if (connection == null) {
      return Future.failedFuture(away(null));
    }
    try {
      return connection.send(request).recover(failure -> Future.failedFuture(told(failure)));
    } catch (RuntimeException e) {
      // The client throws between the end of a connection and its end handler.
      return Future.failedFuture(away(e));
    }
  }

  private Throwable told(Throwable failure) {
    if (failure instanceof ErrorType refusal && refusal.getMessage().contains(CANNOT_WRITE)) {
      return storage.refusedByRedis(failure);
    }
    return isAnswer(failure) ? failure : away(failure);
  }

  /** Whether Redis refused the command itself, which it would do again. */
  private static boolean isAnswer(Throwable failure) {
    return failure instanceof ErrorType refusal
        && NOT_NOW.stream().noneMatch(refusal.getMessage()::startsWith);
  }

  private Future<?> connect() {
    return client
        .connect()
        .onSuccess(
            made -> {
              connection = made;
              made.exceptionHandler(failure -> lost(made));
              made.endHandler(nothing -> lost(made));
            });
  }

  private void lost(RedisConnection which) {
    if (connection == which) {
      connection = null;
      if (!closed) {
        if (storage.trouble().isEmpty()) { // a full disk makes Redis end again and again
          LOG.warn("the connection to Redis is lost; connecting again");
        }
        which.close();
        reconnect();
      }
    }
  }

  private void reconnect() {
    vertx.setTimer(
        RECONNECT_MS,
        timer -> {
          if (!closed) {
            connect().onFailure(failure -> reconnect());
          }
        });
  }

  private MnException away(Throwable cause) {
    return storage.redisAway(cause);
  }
}

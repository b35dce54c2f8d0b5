package io.mirrorneuron.store.connection;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Subscribes to a channel over its own connection, and reconnects when it is lost. Messages sent
 * meanwhile are missed; after reconnecting the listener receives an empty text. Without permission
 * to subscribe, no message ever arrives and nothing fails. Lives on the event loop on which it is
 * opened.
 */
public final class RedisSubscriber implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisSubscriber.class);
  private static final long FIRST_RETRY_MS = 500;
  private static final long LAST_RETRY_MS = 60_000;

  /** Interval between checks of the connection. */
  private static final long LOOK_MS = 5_000;

  private final Vertx vertx;
  private final RedisDialer dialer;
  private final String channel;
  private final Consumer<String> hears;
  private final long patienceMs;
  private long retryMs = FIRST_RETRY_MS;
  private volatile Redis client;
  private volatile boolean closed;

  /** Whether anything has arrived since the last check. */
  private boolean isAlive;

  /**
   * @param patienceMs for each of finding and connecting
   */
  RedisSubscriber(
      Vertx vertx, RedisDialer dialer, String channel, Consumer<String> hears, long patienceMs) {
    this.vertx = vertx;
    this.dialer = dialer;
    this.channel = channel;
    this.hears = hears;
    this.patienceMs = patienceMs;
  }

  void open() {
    if (!closed) {
      dialer
          .find(vertx, patienceMs)
          .compose(this::connect)
          .onFailure(
              failure -> {
                LOG.debug("nothing is heard of channel {} for now", channel, failure);
                again();
              });
    }
  }

  private Future<?> connect(RedisOptions options) {
    Redis made = Redis.createClient(vertx, options);
    return made.connect()
        .timeout(patienceMs, TimeUnit.MILLISECONDS)
        .onSuccess(connection -> use(made, connection))
        .onFailure(failure -> made.close());
  }

  private void use(Redis made, RedisConnection connection) {
    client = made;
    isAlive = true;
    connection.handler(reported -> reported(made, reported));
    connection.exceptionHandler(failure -> lost(made));
    connection.endHandler(nothing -> lost(made));
    connection.send(Request.cmd(Command.SUBSCRIBE).arg(channel)).onFailure(failure -> lost(made));
    look(made, connection);
    if (closed) {
      close();
    }
  }

  /** A cut connection is silent: the answer to a question shows that it is alive. */
  private void look(Redis which, RedisConnection connection) {
    vertx.setTimer(
        LOOK_MS,
        timer -> {
          if (client != which) {
            return;
          }
          if (!isAlive) {
            lost(which);
            return;
          }
          isAlive = false;
          connection
              .send(Request.cmd(Command.PING))
              .onSuccess(
                  reported -> reported(which, reported)) // may be another message that came first
              .onFailure(failure -> lost(which));
          look(which, connection);
        });
  }

  private void reported(Redis by, Response reported) {
    isAlive = true;
    if (reported.type() == ResponseType.ERROR) {
      lost(by);
    } else if (reported.type() == ResponseType.MULTI && reported.size() == 3) {
      String kind = reported.get(0).toString();
      if (kind.equals("subscribe")) {
        retryMs = FIRST_RETRY_MS;
        hears.accept("");
      } else if (kind.equals("message")) {
        hears.accept(reported.get(2).toString());
      }
    }
  }

  private void lost(Redis which) {
    if (client == which) {
      client = null;
      which.close();
      again();
    }
  }

  private void again() {
    if (!closed) {
      vertx.setTimer(retryMs, timer -> open());
      retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
    }
  }

  @Override
  public void close() {
    closed = true;
    Redis last = client;
    client = null;
    if (last != null) {
      last.close();
    }
  }
}

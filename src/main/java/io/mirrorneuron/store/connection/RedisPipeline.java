package io.mirrorneuron.store.connection;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.connection.RedisPeer.RedisRefusal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop with one pipelined connection. Commands leave in the order of the calls. When the
 * connection is lost, stays silent, or leads to a server that is no master, pending commands fail
 * and the pipeline reconnects; {@link RedisPeer} describes the guarantees then.
 */
public final class RedisPipeline extends VerticleBase implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(RedisPipeline.class);
  private static final long FIRST_RETRY_MS = 100;
  private static final long LAST_RETRY_MS = 800;

  /** Timeout of the first connection, as the process is still starting. */
  private static final long START_MS = 10_000;

  /** Checks of a connection within the timeout. */
  private static final int LOOKS = 8;

  private final RedisDialer dialer;
  private final Storage storage;
  private final long timeoutMs;
  private volatile RedisLink link;
  private RedisPeer lastPeer = RedisPeer.NOBODY;
  private long retryMs = FIRST_RETRY_MS;

  /** Timeout of the next connection attempt; grows, as a busy machine may need longer. */
  private long patienceMs;

  private volatile Consumer<RedisPeer> onOtherServer = peer -> {};

  private boolean watched;
  private boolean closed;

  /**
   * @param timeout longest silence while commands are pending
   */
  public RedisPipeline(RedisDialer dialer, Storage storage, Duration timeout) {
    this.dialer = dialer;
    this.storage = storage;
    this.timeoutMs = timeout.toMillis();
    this.patienceMs = timeoutMs;
  }

  @Override
  public Future<?> start() {
    return connect(Math.max(START_MS, timeoutMs));
  }

  @Override
  public Future<?> stop() {
    closed = true;
    return link == null ? Future.succeededFuture() : link.close();
  }

  @Override
  public void execute(Runnable task) {
    context.runOnContext(nothing -> task.run());
  }

  public boolean isConnected() {
    return link != null;
  }

  /** See {@link RedisSubscriber}. */
  public RedisSubscriber hear(String channel, Consumer<String> hears) {
    RedisSubscriber subscriber = new RedisSubscriber(vertx, dialer, channel, hears, timeoutMs);
    execute(subscriber::open);
    return subscriber;
  }

  /** Sends from any thread; the answer arrives on this event loop. */
  public Future<Response> send(Request request) {
    if (Vertx.currentContext() == context) {
      return sendHere(request);
    }
    Promise<Response> answer = Promise.promise();
    try {
      context.runOnContext(nothing -> sendHere(request).onComplete(answer));
    } catch (RejectedExecutionException e) { // the process ends, its event loops have ended
      return Future.failedFuture(away(e));
    }
    return answer.future();
  }

  private Future<Response> sendHere(Request request) {
    RedisLink over = link;
    if (over == null) {
      return Future.failedFuture(away(null));
    }
    try {
      Future<Response> answer = over.send(request);
      watch();
      return answer.recover(failure -> Future.failedFuture(reported(failure, over)));
    } catch (RuntimeException e) {
      return Future.failedFuture(away(e));
    }
  }

  private Throwable reported(Throwable failure, RedisLink over) {
    if (!(failure instanceof ErrorType refusal)) {
      return failure instanceof MnException ? failure : away(failure);
    }
    return switch (RedisRefusal.of(refusal.getMessage())) {
      case BROKEN_OFF, NOT_NOW -> away(failure);
      case NOT_HERE -> {
        lost(over, "Redis is no master any more; looking for it again");
        yield away(failure);
      }
      case NOT_ALLOWED -> MnException.unavailable("Redis does not let this server in", failure);
      case DISK_FULL -> storage.refusedByRedis(failure);
      case MEMORY_FULL -> storage.redisMemoryFull(failure);
      case FOR_GOOD -> failure;
    };
  }

  private void watch() {
    if (!watched) {
      watched = true;
      vertx.setTimer(Math.max(1, timeoutMs / LOOKS), timer -> look());
    }
  }

  private void look() {
    watched = false;
    RedisLink looked = link;
    if (looked == null || looked.isIdle()) {
      return;
    }
    if (looked.look() > LOOKS) {
      lost(looked, "Redis has not answered for " + timeoutMs + " ms; connecting again");
    } else {
      watch();
    }
  }

  private Future<?> connect(long patienceMs) {
    return dialer.dial(vertx, lastPeer, patienceMs).onSuccess(this::use);
  }

  /** Called on this event loop for each connection to another server process than before. */
  public void onOtherServer(Consumer<RedisPeer> hears) {
    onOtherServer = hears;
  }

  /** Reconnects when this pipeline is connected to another server process. */
  public void follow(RedisPeer other) {
    execute(
        () -> {
          RedisLink present = link;
          if (present != null && other.isOtherServerThan(present.peer())) {
            lost(present, "Redis is another server now; connecting again");
          }
        });
  }

  private void use(RedisLink made) {
    boolean other = made.peer().isOtherServerThan(lastPeer);
    lastPeer = made.peer();
    retryMs = FIRST_RETRY_MS;
    patienceMs = timeoutMs;
    link = made;
    made.onDoubt(() -> doubt(made));
    made.onEnd(() -> lost(made, "the connection to Redis is lost; connecting again"));
    if (other) {
      onOtherServer.accept(lastPeer);
    }
  }

  /** A master without replicas may be a former one, cut off together with this server. */
  private void doubt(RedisLink which) {
    dialer
        .isElsewhere(vertx, which, timeoutMs)
        .onSuccess(
            elsewhere -> {
              if (elsewhere) {
                lost(which, "no replica acknowledges, and another is master; connecting to it");
              }
            });
  }

  private void lost(RedisLink which, String words) {
    if (link == which) {
      link = null;
      if (!closed) {
        if (storage.trouble().isEmpty()) { // a full disk makes Redis end again and again
          LOG.warn(words);
        }
        which.drop(away(null));
        reconnect();
      }
    }
  }

  private void reconnect() {
    vertx.setTimer(
        retryMs,
        timer -> {
          if (!closed) {
            connect(patienceMs).onFailure(this::notConnected);
          }
        });
    retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
  }

  private void notConnected(Throwable failure) {
    if (failure instanceof TimeoutException) {
      patienceMs = Math.max(timeoutMs, Math.min(2 * patienceMs, START_MS));
    }
    reconnect();
  }

  private MnException away(Throwable cause) {
    return storage.redisAway(cause);
  }
}

package io.mirrorneuron.store.connection;

import io.mirrorneuron.model.MnException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Holds answers until a replica has what they tell of. It has a connection of its own, to the same
 * server: it writes a mark there after the answers have come, and waits until a replica has the
 * mark; what the server had answered before, lies before the mark in the stream of changes. One
 * such group is under way at a time. Lives on the event loop of its lane.
 */
final class Acknowledgement {
  /** What changes nothing, so that there is nothing to wait for. */
  private static final Set<Command> READS =
      Set.of(
          Command.CLIENT,
          Command.ECHO,
          Command.EXISTS,
          Command.GET,
          Command.HGET,
          Command.HGETALL,
          Command.HMGET,
          Command.INFO,
          Command.LRANGE,
          Command.MGET,
          Command.PING,
          Command.SISMEMBER,
          Command.SMEMBERS,
          Command.STRLEN,
          Command.XRANGE,
          Command.XREVRANGE,
          Command.ZRANGE);

  private final RedisLink over;
  private final String mark;
  private final long patienceMs;
  private List<Promise<Void>> next = new ArrayList<>();
  private boolean underWay;
  private Runnable onNobody = () -> {};

  /**
   * @param over to the server whose answers are held
   * @param mark a key that nobody reads
   * @param patienceMs how long a replica may take
   */
  Acknowledgement(RedisLink over, String mark, long patienceMs) {
    this.over = over;
    this.mark = mark;
    this.patienceMs = patienceMs;
  }

  /** Whether the answer to this is to be held. */
  static boolean concerns(Request request) {
    return !READS.contains(request.command());
  }

  /** Completes with the answer; fails when nobody knows whether it will last. */
  Future<Response> hold(Response answer) {
    Promise<Void> acknowledged = Promise.promise();
    next.add(acknowledged);
    if (!underWay) {
      ask();
    }
    return acknowledged.future().map(answer);
  }

  private void ask() {
    List<Promise<Void>> group = next;
    next = new ArrayList<>();
    underWay = true;
    marked()
        .onComplete(
            replicas -> {
              underWay = false;
              if (replicas.succeeded() && replicas.result() < 1) {
                onNobody.run();
              }
              for (Promise<Void> answer : group) {
                if (replicas.failed()) {
                  answer.fail(replicas.cause());
                } else if (replicas.result() < 1) {
                  answer.fail(nobody());
                } else {
                  answer.complete();
                }
              }
              if (!underWay && !next.isEmpty()) {
                ask();
              }
            });
  }

  private Future<Long> marked() {
    try {
      Future<Response> marked = over.send(Request.cmd(Command.SET).arg(mark).arg(""));
      Future<Response> replicas = over.send(Request.cmd(Command.WAIT).arg(1).arg(patienceMs));
      return Future.all(marked, replicas).map(both -> replicas.result().toLong());
    } catch (RuntimeException e) { // the connection has just ended
      return Future.failedFuture(e);
    }
  }

  private static MnException nobody() {
    return MnException.unavailable("no replica of Redis has what was written", null);
  }

  /** Calls {@code hears} each time no replica has a mark, before those who wait hear of it. */
  void onNobody(Runnable hears) {
    onNobody = hears;
  }

  RedisLink over() {
    return over;
  }
}

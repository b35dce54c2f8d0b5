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
 * Holds answers until a replica has the changes behind them. After the answers have come it writes
 * a mark over its own connection to the same server and waits until a replica has the mark: changes
 * that the server answered earlier precede the mark in the replication stream. One such group is in
 * flight at a time. Lives on the event loop of its pipeline.
 */
final class Acknowledgement {
  /** Commands that change nothing need no wait. */
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
   * @param over connects to the server whose answers are held
   * @param mark a key that is never read
   * @param patienceMs how long a replica may take
   */
  Acknowledgement(RedisLink over, String mark, long patienceMs) {
    this.over = over;
    this.mark = mark;
    this.patienceMs = patienceMs;
  }

  /** Whether the answer to this request must be held. */
  static boolean concerns(Request request) {
    return !READS.contains(request.command());
  }

  /** Completes with the answer; fails when it is unknown whether the change will last. */
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

  /** Calls {@code hears} each time no replica has a mark, before the waiting answers fail. */
  void onNobody(Runnable hears) {
    onNobody = hears;
  }

  RedisLink over() {
    return over;
  }
}

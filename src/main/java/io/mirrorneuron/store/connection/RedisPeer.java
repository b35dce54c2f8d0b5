package io.mirrorneuron.store.connection;

import io.mirrorneuron.model.MnException;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One connection as the server at its other end knows it.
 *
 * @param runId of the server's process; empty when it does not tell
 * @param clientId of the connection in that process
 */
public record RedisPeer(String runId, String clientId) {
  private static final Pattern RUN_ID = Pattern.compile("(?m)^run_id:(\\w+)");

  /** Before the first connection. */
  static final RedisPeer NOBODY = new RedisPeer("", "");

  /**
   * Makes a new connection ready for commands. A replica is refused, as it takes no changes. What
   * was sent over the former connection and is not executed yet never will be: the server drops it,
   * so that whoever now reads what was written reads the final truth.
   *
   * @param former the connection before this one
   */
  static Future<RedisPeer> meet(RedisConnection connection, RedisPeer former) {
    Future<Optional<Response>> role = ask(connection, Request.cmd(Command.ROLE));
    Future<Optional<Response>> id = ask(connection, Request.cmd(Command.CLIENT).arg("ID"));
    Future<Optional<Response>> server = ask(connection, Request.cmd(Command.INFO).arg("server"));
    return Future.all(role, id, server)
        .compose(
            reported -> {
              if (role.result().filter(RedisPeer::isReplica).isPresent()) {
                return Future.failedFuture(
                    MnException.unavailable(
                        "Redis is a replica, which takes no changes; name its master", null));
              }
              RedisPeer peer = new RedisPeer(runId(server.result()), text(id.result()));
              return peer.replaces(former)
                  ? drop(connection, former).map(peer)
                  : Future.succeededFuture(peer);
            });
  }

  /** Nothing when the server does not let this user ask. */
  private static Future<Optional<Response>> ask(RedisConnection connection, Request question) {
    return connection
        .send(question)
        .map(Optional::of)
        .recover(
            failure ->
                failure instanceof ErrorType refusal && isNotReported(refusal.getMessage())
                    ? Future.succeededFuture(Optional.empty())
                    : Future.failedFuture(failure));
  }

  private static boolean isNotReported(String message) {
    return switch (RedisRefusal.of(message)) {
      case NOT_ALLOWED, FOR_GOOD, DISK_FULL -> true;
      default -> false;
    };
  }

  private static boolean isReplica(Response role) {
    return role.size() > 0 && role.get(0).toString().equals("slave");
  }

  private static String runId(Optional<Response> info) {
    Matcher line = RUN_ID.matcher(text(info));
    return line.find() ? line.group(1) : "";
  }

  private static String text(Optional<Response> answer) {
    return answer.map(Response::toString).orElse("");
  }

  /** Whether the same server may still hold commands of the former connection. */
  private boolean replaces(RedisPeer former) {
    return !runId.isEmpty() && runId.equals(former.runId()) && !former.clientId().isEmpty();
  }

  /** Whether the server process is another one: it may have lost what was written last. */
  public boolean isOtherServerThan(RedisPeer former) {
    return !runId.isEmpty() && !former.runId().isEmpty() && !runId.equals(former.runId());
  }

  /** Whether both are connections to one process, and it says so. */
  boolean isSameServerAs(RedisPeer other) {
    return !runId.isEmpty() && runId.equals(other.runId);
  }

  private static Future<?> drop(RedisConnection connection, RedisPeer former) {
    return ask(
        connection, Request.cmd(Command.CLIENT).arg("KILL").arg("ID").arg(former.clientId()));
  }

  /** What an error of Redis means for whoever sent the command. */
  enum RedisRefusal {
    /** The connection ended, or the command was broken off: nobody knows what was done. */
    BROKEN_OFF("CONNECTION_CLOSED", "UNBLOCKED"),

    /** It takes no writes for now; the same server may again in a moment. */
    NOT_NOW("LOADING", "CLUSTERDOWN", "TRYAGAIN", "ASK", "NOREPLICAS", "BUSY"),

    /** It is no master, or not any more, or not of this: another connection may find the one. */
    NOT_HERE("READONLY", "MASTERDOWN", "MOVED"),

    /** Whoever runs it has to let this server in; until then nothing can be done. */
    NOT_ALLOWED("NOAUTH", "NOPERM", "WRONGPASS"),

    /** Its disk refuses writes. */
    DISK_FULL("MISCONF"),

    /** It holds as much as it may, and evicts nothing. */
    MEMORY_FULL("OOM"),

    /** It refused the command itself, and would do so again. */
    FOR_GOOD();

    private final List<String> codes;

    RedisRefusal(String... codes) {
      this.codes = List.of(codes);
    }

    /**
     * @param message the error as Redis sent it; older servers wrap what befell a command of a
     *     script
     */
    static RedisRefusal of(String message) {
      for (RedisRefusal meaning : values()) {
        if (meaning.codes.stream().anyMatch(code -> carries(message, code))) {
          return meaning;
        }
      }
      return FOR_GOOD;
    }

    private static boolean carries(String message, String code) {
      return message.equals(code)
          || message.startsWith(code + " ")
          || message.contains("-" + code + " ");
    }
  }
}

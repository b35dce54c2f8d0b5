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
 * A connection as the server knows it.
 *
 * @param runId of the server process; empty when unknown
 * @param clientId of the connection in that process
 */
public record RedisPeer(String runId, String clientId) {
  private static final Pattern RUN_ID = Pattern.compile("(?m)^run_id:(\\w+)");

  /** Before the first connection. */
  static final RedisPeer NOBODY = new RedisPeer("", "");

  /**
   * Makes a new connection ready for commands. Refuses a replica, as it accepts no writes. The
   * server drops commands of the former connection that are not executed yet, so that later reads
   * see the final state.
   *
   * @param former connection before this one
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

  /** Empty when the server does not permit the command for this user. */
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

  /** Whether it is another server process, which may have lost the last writes. */
  public boolean isOtherServerThan(RedisPeer former) {
    return !runId.isEmpty() && !former.runId().isEmpty() && !runId.equals(former.runId());
  }

  /** Whether both are known to be connections to one process. */
  boolean isSameServerAs(RedisPeer other) {
    return !runId.isEmpty() && runId.equals(other.runId);
  }

  private static Future<?> drop(RedisConnection connection, RedisPeer former) {
    return ask(
        connection, Request.cmd(Command.CLIENT).arg("KILL").arg("ID").arg(former.clientId()));
  }

  /** Meaning of an error of Redis for the sender of the command. */
  enum RedisRefusal {
    /** The connection ended, or the command was interrupted: it may have been executed. */
    BROKEN_OFF("CONNECTION_CLOSED", "UNBLOCKED"),

    /** No writes for now; the same server may accept them in a moment. */
    NOT_NOW("LOADING", "CLUSTERDOWN", "TRYAGAIN", "ASK", "NOREPLICAS", "BUSY"),

    /** Not the master, or not of this slot: another connection may find it. */
    NOT_HERE("READONLY", "MASTERDOWN", "MOVED"),

    /** The operator must give this server access. */
    NOT_ALLOWED("NOAUTH", "NOPERM", "WRONGPASS"),

    /** Its disk refuses writes. */
    DISK_FULL("MISCONF"),

    /** Its memory limit is reached, and it evicts nothing. */
    MEMORY_FULL("OOM"),

    /** The command itself was refused, and would be again. */
    FOR_GOOD();

    private final List<String> codes;

    RedisRefusal(String... codes) {
      this.codes = List.of(codes);
    }

    /**
     * @param message of Redis; older servers wrap errors of commands in scripts
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

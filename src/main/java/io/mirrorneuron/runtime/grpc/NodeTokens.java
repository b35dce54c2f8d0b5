package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.runtime.grpc.WrongTokens.Look;
import io.mirrorneuron.runtime.join.ClusterJoin.Invitation;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Checks node tokens. They are derived from the join token, so unlimited tries would allow to guess
 * it: wrong ones count and are delayed as wrong join tokens are.
 */
final class NodeTokens {
  private final Secret right;
  private final List<Invitation> invitations;
  private final WrongTokens wrong;
  private final Executor threads;

  /**
   * @param right no token is accepted when it is not set
   * @param threads may block
   */
  NodeTokens(Secret right, WrongTokens wrong, Executor threads) {
    this.right = right;
    this.invitations = List.of(new Invitation(right, Secret.NONE));
    this.wrong = wrong;
    this.threads = threads;
  }

  /** Whether it has the form of a node token, which is public. */
  boolean isPossible(String token) {
    return right.isSet() && token != null && token.length() == right.value().length();
  }

  /**
   * Completes at once for a right token, unless wrong ones came from that address.
   *
   * @return fails as {@link WrongTokens#check} does
   */
  Future<Void> check(String token, String source) {
    Look look = wrong.look(invitations, token, source);
    if (look.isRight()) {
      return Future.succeededFuture();
    }
    Promise<Void> checked = Promise.promise();
    Context context = Vertx.currentContext();
    threads.execute(
        () -> {
          Future<Void> end = waited(look, token, source);
          if (context == null) {
            end.onComplete(checked);
          } else {
            context.runOnContext(v -> end.onComplete(checked));
          }
        });
    return checked.future();
  }

  private Future<Void> waited(Look look, String token, String source) {
    try {
      wrong.await(look, invitations, token, source);
      return Future.succeededFuture();
    } catch (RuntimeException refused) {
      return Future.failedFuture(refused);
    }
  }
}

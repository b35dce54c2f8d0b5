package io.mirrorneuron.bus.cluster;

import io.mirrorneuron.bus.Addresses;
import io.mirrorneuron.bus.BusFailure;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.storage.Readiness;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Chooses the server whose areas are called: one that has answered, until it no longer does. All
 * servers are equivalent. While answers are pending, that server is checked each second; when it is
 * gone or does not respond to checks for some seconds, the waiting calls fail at once. Thread-safe.
 */
public final class AreaNodes implements Readiness {
  private static final String NODE = "node";
  private static final long LOOK_MS = 1000;

  /** Longer than a pause of a JVM, shorter than the wait of followers. */
  private static final long SILENCE_MS = 4000;

  private static final long AGAIN_MS = 3000;

  private final Vertx vertx;
  private final Secret token;
  private final AtomicReference<Followed> chosen = new AtomicReference<>();

  public AreaNodes(Vertx vertx, Secret token) {
    this.vertx = vertx;
    this.token = token;
  }

  /** A server, and the calls that wait for it. */
  private record Followed(String node, Set<Promise<?>> waiting, AtomicBoolean isLookedAt) {
    static Followed of(String node) {
      return new Followed(node, ConcurrentHashMap.newKeySet(), new AtomicBoolean());
    }
  }

  DeliveryOptions delivery() {
    return new DeliveryOptions().addHeader(Addresses.NODE_TOKEN, token.value());
  }

  @FunctionalInterface
  interface Call<T> {
    Future<T> to(String node);
  }

  /**
   * Calls a responding server. If the server was not reached, nothing was done, so the call is sent
   * to another server, once. Fails as UNAVAILABLE when there is none, or when it disappears before
   * it answers.
   */
  <T> Future<T> ask(Call<T> call) {
    return one()
        .compose(
            first ->
                waiting(first, call)
                    .recover(
                        failed ->
                            isUnreached(failed)
                                ? leave(first).compose(other -> waiting(other, call))
                                : Future.failedFuture(failed)));
  }

  private Future<Followed> one() {
    Followed known = chosen.get();
    return known == null ? find() : Future.succeededFuture(known);
  }

  private Future<Followed> leave(Followed gone) {
    chosen.compareAndSet(gone, null);
    return one();
  }

  private Future<Followed> find() {
    return vertx
        .eventBus()
        .<JsonObject>request(
            Addresses.AREAS, new JsonObject(), delivery().setSendTimeout(SILENCE_MS))
        .map(answer -> Followed.of(answer.body().getString(NODE)))
        .map(found -> chosen.compareAndSet(null, found) ? found : chosen.get())
        .compose(found -> found == null ? find() : Future.succeededFuture(found))
        .recover(failed -> Future.failedFuture(nobody(failed)));
  }

  private <T> Future<T> waiting(Followed followed, Call<T> call) {
    Promise<T> answer = Promise.promise();
    followed.waiting().add(answer);
    if (followed.isLookedAt().compareAndSet(false, true)) {
      lookLater(followed);
    }
    call.to(followed.node())
        .onComplete(
            done -> {
              followed.waiting().remove(answer);
              if (done.succeeded()) {
                answer.tryComplete(done.result());
              } else {
                answer.tryFail(done.cause());
              }
            });
    return answer.future();
  }

  private void lookLater(Followed followed) {
    vertx.setTimer(LOOK_MS, timer -> look(followed));
  }

  private void look(Followed followed) {
    if (followed.waiting().isEmpty()) {
      followed.isLookedAt().set(false);
      return; // a call added at this moment is covered by the next check or by its own timeout
    }
    vertx
        .eventBus()
        .request(
            Addresses.areas(followed.node()),
            new JsonObject(),
            delivery().setSendTimeout(SILENCE_MS))
        .onComplete(there -> lookLater(followed), gone -> giveUp(followed));
  }

  private void giveUp(Followed gone) {
    chosen.compareAndSet(gone, null);
    MnException reported =
        new MnException(
                ErrorCode.UNAVAILABLE,
                "may_have_happened",
                "server %s, which was asked, has gone: what was asked of it may have happened; look before you ask again"
                    .formatted(gone.node()))
            .withRetryAfter(AGAIN_MS);
    List.copyOf(gone.waiting()).forEach(answer -> answer.tryFail(reported));
    gone.waiting().clear();
  }

  private static boolean isUnreached(Throwable failed) {
    return failed instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.NO_HANDLERS;
  }

  private static MnException nobody(Throwable failed) {
    return new MnException(
            ErrorCode.UNAVAILABLE,
            "no_areas",
            "no server that could answer is a member of the cluster (vertx.cluster, vertx.cluster.members)",
            null,
            failed)
        .withRetryAfter(AGAIN_MS);
  }

  @Override
  public CompletionStage<List<Dependency>> dependencies() {
    return ask(node ->
            vertx
                .eventBus()
                .<Buffer>request(
                    Addresses.areas(node),
                    new JsonObject().put("asks", "ready"),
                    delivery().setSendTimeout(2000)))
        .map(answer -> answer.body().toJsonArray().stream().map(Object::toString).toList())
        .recover(
            failed ->
                Future.succeededFuture(
                    List.of(
                        failed instanceof ReplyException reply
                            ? BusFailure.toException(reply).getMessage()
                            : failed.getMessage())))
        .map(reasons -> List.of(new Dependency("areas", reasons)))
        .toCompletionStage();
  }
}

package io.mirrorneuron.app;

import io.mirrorneuron.bus.cluster.BusMembership;
import io.mirrorneuron.config.ClusterBusSettings;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConnectionLimits;
import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.listen.GuardedVertx;
import io.mirrorneuron.listen.Limits;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.server.IdSource;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** The Vert.x of a server, alone or as a member of a cluster. */
final class ServerVertx {
  /** Longer than members need who find each other on a machine that is busy. */
  private static final int JOIN_SECONDS = 60;

  private ServerVertx() {}

  /**
   * @throws MnException UNAVAILABLE with one sentence when the cluster cannot be joined
   */
  static Vertx open(Config config, VertxOptions options, IdSource ids) {
    ConnectionLimits limits = config.connections();
    Limits doors = new Limits(limits.max(), limits.headTimeout());
    Supplier<byte[]> tooMany = () -> Problem.tooManyConnections(limits.max()).bytes(ids.request());
    ClusterBusSettings bus = config.node().bus();
    return bus.isOn() ? join(bus, options, doors, tooMany) : alone(options, doors, tooMany);
  }

  private static Vertx alone(VertxOptions options, Limits doors, Supplier<byte[]> tooMany) {
    return GuardedVertx.create(options, doors, tooMany);
  }

  private static Vertx join(
      ClusterBusSettings bus, VertxOptions options, Limits doors, Supplier<byte[]> tooMany) {
    options.setEventBusOptions(BusMembership.messages(bus));
    try {
      return GuardedVertx.join(options, BusMembership.of(bus), doors, tooMany)
          .await(JOIN_SECONDS, TimeUnit.SECONDS);
    } catch (MnException e) {
      throw e;
    } catch (TimeoutException | RuntimeException e) {
      Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
      throw new MnException(
          ErrorCode.UNAVAILABLE,
          "cluster_not_joined",
          "the cluster cannot be joined at vertx.cluster.host and port, %s:%d: %s"
              .formatted(bus.host(), bus.port(), cause.getMessage()),
          null,
          e);
    }
  }
}

package io.mirrorneuron.listen;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerAdapter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.transport.Transport;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * A Vert.x whose servers have a {@link ConnectionLimiter} each.
 *
 * <p>Vert.x offers no hook between the acceptance of a connection and its first request, but it
 * lets the transport make the listening socket. So the transport that it would take anyway is
 * wrapped ({@link GuardedTransport}).
 */
public final class GuardedVertx {
  private GuardedVertx() {}

  /**
   * @param tooMany the problem document for callers over the limit; asked for once per caller
   */
  public static Vertx create(VertxOptions options, Limits limits, Supplier<byte[]> tooMany) {
    return builder(options, () -> new ConnectionLimiter(limits, tooMany)).build();
  }

  /**
   * As a member of a cluster. The socket of the event bus, opened while joining, speaks no HTTP and
   * has no limiter.
   *
   * @param tooMany see {@link #create}
   */
  public static Future<Vertx> join(
      VertxOptions options, ClusterManager members, Limits limits, Supplier<byte[]> tooMany) {
    AtomicBoolean joined = new AtomicBoolean();
    Supplier<ChannelHandler> keepers =
        () ->
            joined.get() ? new ConnectionLimiter(limits, tooMany) : new ChannelHandlerAdapter() {};
    return builder(options, keepers)
        .withClusterManager(members)
        .buildClustered()
        .onSuccess(vertx -> joined.set(true));
  }

  private static VertxBuilder builder(
      VertxOptions options, Supplier<? extends ChannelHandler> keepers) {
    return Vertx.builder().with(options).withTransport(guarded(usual(options), keepers));
  }

  private static Transport usual(VertxOptions options) {
    Transport wished = options.getPreferNativeTransport() ? Transport.nativeTransport() : null;
    return wished != null && wished.available() ? wished : Transport.NIO;
  }

  private static Transport guarded(
      Transport transport, Supplier<? extends ChannelHandler> keepers) {
    var implementation = new GuardedTransport(transport.implementation(), keepers);
    return new Transport() {
      @Override
      public String name() {
        return transport.name();
      }

      @Override
      public boolean available() {
        return transport.available();
      }

      @Override
      public Throwable unavailabilityCause() {
        return transport.unavailabilityCause();
      }

      @Override
      public io.vertx.core.spi.transport.Transport implementation() {
        return implementation;
      }
    };
  }
}

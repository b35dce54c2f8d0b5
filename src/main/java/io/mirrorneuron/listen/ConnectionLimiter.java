package io.mirrorneuron.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the connections that are open at one listening socket; each gets a {@link HeadTimeout}. At
 * the limit, the connection that has been silent for longest is closed in favour of the new one, if
 * it has been silent for as long as a request's head may take; streams and sockets send heartbeats
 * more often than that. When there is none, the new connection gets a {@link ConnectionRefusal} on
 * the acceptor's own thread, at no cost for the threads that serve.
 *
 * <p>There is no limit by address: on one machine, and behind a proxy, all callers have the same.
 */
final class ConnectionLimiter extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(ConnectionLimiter.class);

  /** Refused connections that are answered at the same time; more are closed without an answer. */
  private static final int FAREWELLS = 256;

  private static final long NANOS_BETWEEN_WARNINGS = TimeUnit.MINUTES.toNanos(1);

  private final Limits limits;
  private final Supplier<byte[]> tooMany;
  private final Set<HeadTimeout> guards = ConcurrentHashMap.newKeySet();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger leaving = new AtomicInteger();

  /** Of the last warning; only the acceptor's thread has it. */
  private long warnedAt = System.nanoTime() - NANOS_BETWEEN_WARNINGS;

  ConnectionLimiter(Limits limits, Supplier<byte[]> tooMany) {
    this.limits = limits;
    this.tooMany = tooMany;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object accepted) {
    Channel connection = (Channel) accepted;
    if (open.incrementAndGet() <= limits.connections() || makeRoom()) {
      HeadTimeout guard = new HeadTimeout(limits.head());
      guards.add(guard);
      connection
          .closeFuture()
          .addListener(
              closed -> {
                guards.remove(guard);
                open.decrementAndGet();
              });
      connection.pipeline().addLast("heads", guard).addLast("resets", new UnreadableHeads());
      ctx.fireChannelRead(connection);
      return;
    }
    open.decrementAndGet();
    warn(ctx.channel());
    refuse(ctx, connection);
  }

  private boolean makeRoom() {
    HeadTimeout silent = null;
    long longest = limits.head().toNanos();
    for (HeadTimeout guard : guards) {
      long silence = guard.silence();
      if (silence >= longest) {
        longest = silence;
        silent = guard;
      }
    }
    if (silent == null) {
      return false;
    }
    guards.remove(silent);
    silent.giveUp();
    return true;
  }

  private void refuse(ChannelHandlerContext ctx, Channel connection) {
    if (leaving.incrementAndGet() > FAREWELLS) {
      leaving.decrementAndGet();
      connection.unsafe().closeForcibly();
      return;
    }
    connection.closeFuture().addListener(closed -> leaving.decrementAndGet());
    connection.pipeline().addLast(new ConnectionRefusal(tooMany));
    ctx.channel().eventLoop().register(connection);
  }

  private void warn(Channel listening) {
    long now = System.nanoTime();
    if (now - warnedAt >= NANOS_BETWEEN_WARNINGS) {
      warnedAt = now;
      log.warn(
          "{} connections are open at {}: more are refused (connections.max)",
          limits.connections(),
          listening.localAddress());
    }
  }
}

package io.mirrorneuron.listen;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.ReferenceCountUtil;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the open connections of one listening socket; each gets a {@link HeadTimeout}. At the
 * limit, the connection with the longest silence is closed in favour of the new one, if it was
 * silent for longer than the head timeout; streams and sockets send heartbeats more often.
 * Otherwise the new connection gets a {@link ConnectionRefusal} on the acceptor's own thread,
 * without cost for serving threads.
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

  /**
   * Answers HTTP/2 requests whose head the codec rejects, such as one with a blank value. The codec
   * resets their streams without recording them, so frames already on the way would be a connection
   * error that ends all other calls. Here the stream is opened and answered with 401 instead.
   * Inspects written bytes by frame, so that no content is mistaken for a frame; does not work
   * behind TLS.
   */
  private static final class UnreadableHeads extends ChannelOutboundHandlerAdapter {
    private static final int HEAD = Http2CodecUtil.FRAME_HEADER_LENGTH;
    private static final int RESET = 4;

    /** As gRPC has it, and plain HTTP. */
    private static final Http2Headers ANSWER =
        new DefaultHttp2Headers()
            .status("401")
            .set("content-type", "application/grpc")
            .set("grpc-status", "16")
            .set("grpc-message", "a header is blank, begins with a blank or has no form of one");

    private Http2ConnectionHandler codec;

    /** Bytes of the frame under way that are not written yet. */
    private long pending;

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      if (codec == null) {
        codec = ctx.pipeline().get(Http2ConnectionHandler.class);
      }
      int stream = codec != null && message instanceof ByteBuf bytes ? reset(bytes) : 0;
      if (stream == 0 || !isUnknown(codec.connection(), stream)) {
        ctx.write(message, promise);
        return;
      }
      ReferenceCountUtil.release(message);
      promise.trySuccess();
      answer(ctx.pipeline().context(codec), stream);
    }

    /** The stream that these bytes reset; 0 when they are something else. */
    private int reset(ByteBuf bytes) {
      int at = bytes.readerIndex();
      int end = bytes.writerIndex();
      if (pending == 0
          && end - at == HEAD + RESET
          && bytes.getUnsignedMedium(at) == RESET
          && bytes.getByte(at + 3) == Http2FrameTypes.RST_STREAM) {
        return bytes.getInt(at + 5) & Integer.MAX_VALUE;
      }
      while (at < end) {
        if (pending == 0) {
          pending =
              end - at < HEAD ? Long.MAX_VALUE : bytes.getUnsignedMedium(at); // lost: looks no more
          at += HEAD;
        }
        long taken = Math.clamp(pending, 0, Math.max(0, end - at));
        pending -= taken;
        at += (int) taken;
      }
      return 0;
    }

    private static boolean isUnknown(Http2Connection connection, int stream) {
      return connection.remote().isValidStreamId(stream)
          && !connection.streamMayHaveExisted(stream);
    }

    private void answer(ChannelHandlerContext to, int stream) {
      try {
        codec.connection().remote().createStream(stream, false);
      } catch (Http2Exception e) {
        to.close(); // it has more streams than it may
        return;
      }
      codec.encoder().writeHeaders(to, stream, ANSWER, 0, true, to.newPromise());
      codec.resetStream(to, stream, Http2Error.NO_ERROR.code(), to.newPromise());
      to.flush();
    }
  }
}

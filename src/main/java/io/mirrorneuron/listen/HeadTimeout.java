package io.mirrorneuron.listen;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.DecoderResultProvider;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first handler of a connection. Closes it when a request's head is not complete in time;
 * pauses between requests, bodies, streams and WebSockets are not limited. Reads the clock only
 * after an incomplete read, so complete requests cost nothing.
 *
 * <p>For HTTP/1 it also installs {@link StrictRequestDecoder}, and ensures that the answer to a bad
 * head arrives. For TLS it limits only the time until the first byte; Vert.x limits the handshake.
 */
final class HeadTimeout extends ChannelDuplexHandler {
  private static final Logger log = LoggerFactory.getLogger(HeadTimeout.class);
  private static final int LINGER_SECONDS = 1;

  private enum Protocol {
    UNKNOWN,
    HTTP1,
    HTTP2,
    /** Something that took over from HTTP, for example a WebSocket; or TLS, whatever is in it. */
    OTHER
  }

  private final Duration limit;
  private Protocol protocol = Protocol.UNKNOWN;
  private int prefaceBytes;
  private StrictRequestDecoder http1;
  private Http2Heads http2;
  private Future<?> deadline;
  private boolean upgraded;
  private boolean lingering;
  private volatile Channel connection;
  private volatile long lastHeard = System.nanoTime();

  HeadTimeout(Duration limit) {
    this.limit = limit;
  }

  /** Nanoseconds since a byte came or went. Any thread. */
  long silence() {
    return System.nanoTime() - lastHeard;
  }

  /** Closes the connection in favour of another. Any thread. */
  void giveUp() {
    Channel known = connection;
    if (known != null) {
      known.close();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    connection = ctx.channel();
    setDeadline(ctx);
    ctx.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    clearDeadline();
    ctx.fireChannelInactive();
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    lastHeard = System.nanoTime();
    ctx.write(message, promise);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    lastHeard = System.nanoTime();
    ByteBuf bytes = (ByteBuf) message;
    if (lingering) {
      bytes.release();
      return;
    }
    switch (protocol) {
      case UNKNOWN -> begin(ctx, bytes);
      case HTTP1 -> ctx.fireChannelRead(bytes);
      case HTTP2 -> follow(ctx, bytes);
      case OTHER -> {
        ctx.fireChannelRead(bytes);
        return;
      }
    }
    judge(ctx);
  }

  /** Holds the first bytes back until they tell the protocol. */
  private void begin(ChannelHandlerContext ctx, ByteBuf bytes) {
    if (ctx.pipeline().get(SslHandler.class) != null) {
      protocol = Protocol.OTHER;
      ctx.fireChannelRead(bytes);
      return;
    }
    int seen = prefaceBytes;
    int same = Http2Heads.prefaceBytes(bytes, seen);
    prefaceBytes += same;
    if (prefaceBytes == Http2Heads.prefaceLength()) {
      protocol = Protocol.HTTP2;
      http2 = new Http2Heads(upgraded);
      http2.read(bytes.slice(bytes.readerIndex() + same, bytes.readableBytes() - same));
      ctx.fireChannelRead(withPreface(seen, bytes));
    } else if (same == bytes.readableBytes()) {
      bytes.release(); // counted, and not kept
    } else if (upgraded) {
      protocol = Protocol.OTHER; // the codec refuses it
      ctx.fireChannelRead(withPreface(seen, bytes));
    } else {
      protocol = Protocol.HTTP1;
      beginHttp1(ctx, withPreface(seen, bytes));
    }
  }

  private static ByteBuf withPreface(int length, ByteBuf bytes) {
    return length == 0
        ? bytes
        : Unpooled.wrappedBuffer(Http2CodecUtil.connectionPrefaceBuf().readSlice(length), bytes);
  }

  /**
   * Vert.x adds its decoder on the first byte that is not HTTP/2. A line feed is such a byte and
   * has no meaning before a request, so the decoder exists and is unused when ours replaces it.
   */
  private void beginHttp1(ChannelHandlerContext ctx, ByteBuf bytes) {
    ctx.fireChannelRead(Unpooled.wrappedBuffer(new byte[] {'\n'}));
    ChannelPipeline pipeline = ctx.pipeline();
    HttpRequestDecoder decoder = pipeline.get(HttpRequestDecoder.class);
    if (decoder == null) {
      log.error("A connection has no HTTP decoder that could be replaced; it is closed");
      bytes.release();
      ctx.close();
      return;
    }
    http1 = new StrictRequestDecoder();
    pipeline.replace(decoder, pipeline.context(decoder).name(), http1);
    ctx.fireChannelRead(bytes);
  }

  private void follow(ChannelHandlerContext ctx, ByteBuf bytes) {
    http2.read(bytes);
    ctx.fireChannelRead(bytes);
  }

  private void judge(ChannelHandlerContext ctx) {
    if (protocol == Protocol.HTTP1 && http1 != null && http1.isGone()) {
      changeProtocol(ctx);
    }
    if (!isOwed()) {
      clearDeadline();
    } else if (deadline == null) {
      setDeadline(ctx);
    }
  }

  private void changeProtocol(ChannelHandlerContext ctx) {
    if (ctx.pipeline().get(Http2ConnectionHandler.class) == null) {
      protocol = Protocol.OTHER;
    } else { // the preface comes next
      protocol = Protocol.UNKNOWN;
      upgraded = true;
      prefaceBytes = 0;
      http1 = null;
    }
  }

  private boolean isOwed() {
    return switch (protocol) {
      case UNKNOWN -> true;
      case HTTP1 -> http1 != null && http1.isHeadPending();
      case HTTP2 -> !http2.hadHead() || http2.isOwed();
      case OTHER -> false;
    };
  }

  private void setDeadline(ChannelHandlerContext ctx) {
    deadline = ctx.executor().schedule(() -> expire(ctx), limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void clearDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  private void expire(ChannelHandlerContext ctx) {
    deadline = null;
    if (protocol == Protocol.HTTP1 && http1 != null && http1.isGone()) {
      changeProtocol(ctx);
      if (protocol == Protocol.OTHER) {
        return;
      }
    }
    if (protocol == Protocol.HTTP2 && !http2.isOwed()) { // quiet, but in order
      ctx.write(Http2Heads.goAway(Http2Error.NO_ERROR, new byte[0]));
      ctx.flush();
    }
    ctx.close();
  }

  /** After a bad head the caller may still be sending: that is read and discarded for a moment. */
  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (http1 == null || !http1.hasRefused() || lingering || !ctx.channel().isActive()) {
      ctx.close(promise);
      return;
    }
    lingering = true;
    ctx.flush();
    ConnectionRefusal.endOutput(ctx.channel());
    ctx.channel().config().setAutoRead(true);
    ctx.channel().closeFuture().addListener(closed -> promise.trySuccess());
    ctx.executor().schedule(() -> ctx.close(), LINGER_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Netty's request decoder, followed by a check of each head's bytes by {@link RequestHead}:
   * errors that Netty repairs silently may have had another meaning for a proxy in front. A bad
   * head becomes a failed request with a {@link BadRequest}; everything after it is ignored.
   */
  private static final class StrictRequestDecoder extends HttpRequestDecoder {
    private byte[] head = new byte[512];
    private int headBytes;
    private boolean inHead = true;
    private boolean hadHead;
    private boolean refused;
    private boolean gone;

    StrictRequestDecoder() {
      super(
          new HttpDecoderConfig()
              .setMaxInitialLineLength(Limits.LINE_BYTES)
              .setMaxHeaderSize(Limits.HEADER_BYTES));
    }

    @Override
    protected HttpMessage createMessage(String[] line) {
      // The headers that Vert.x reads without a copy.
      return new DefaultHttpRequest(
          HttpVersion.valueOf(line[2]),
          HttpMethod.valueOf(line[0]),
          line[1],
          HeadersMultiMap.httpHeaders());
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
      return false;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
        throws Exception {
      if (refused) {
        in.skipBytes(in.readableBytes());
        return;
      }
      int from = in.readerIndex();
      int before = out.size();
      super.decode(ctx, in, out);
      if (inHead && (out.size() == before || isSound(out.get(before)))) {
        keep(in, from);
      }
      for (int i = before; i < out.size() && !refused; i++) {
        if (out.get(i) instanceof HttpRequest request) {
          inHead = false;
          hadHead = true;
          check(request, out, i);
        }
        if (!refused && out.get(i) instanceof LastHttpContent content) {
          inHead = true;
          headBytes = 0;
          check(content);
        }
      }
    }

    private static boolean isSound(Object decoded) {
      return ((DecoderResultProvider) decoded).decoderResult().isSuccess();
    }

    /** Netty takes whole lines out of the buffer; they are still there. */
    private void keep(ByteBuf in, int from) {
      int taken = in.readerIndex() - from;
      if (headBytes + taken > head.length) {
        head = Arrays.copyOf(head, Math.max(headBytes + taken, 2 * head.length));
      }
      in.getBytes(from, head, headBytes, taken);
      headBytes += taken;
    }

    private void check(HttpRequest request, List<Object> out, int at) {
      DecoderResult result = request.decoderResult();
      BadRequest fault =
          result.isSuccess()
              ? RequestHead.fault(new String(head, 0, headBytes, StandardCharsets.ISO_8859_1))
              : fault(result.cause());
      if (fault == null) {
        return;
      }
      refused = true;
      request.setDecoderResult(DecoderResult.failure(fault));
      if (!result.isSuccess() || !request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
        request.setProtocolVersion(HttpVersion.HTTP_1_1); // that of the answer, whatever was asked
      }
      while (out.size() > at + 1) {
        ReferenceCountUtil.release(out.remove(out.size() - 1));
      }
    }

    /** Netty says of broken chunks that they are the last ones. */
    private void check(LastHttpContent content) {
      if (!content.decoderResult().isSuccess()) {
        refused = true;
        content.setDecoderResult(
            DecoderResult.failure(new BadRequest(400, "the chunks of the body are malformed")));
      }
    }

    private static BadRequest fault(Throwable cause) {
      return switch (cause) {
        case TooLongHttpLineException line -> new BadRequest(414, "the request line is too long");
        case TooLongHttpHeaderException all -> new BadRequest(431, "the headers are too long");
        default -> new BadRequest(400, "the request is not HTTP/1.1: " + cause.getMessage());
      };
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) throws Exception {
      gone = true;
      super.handlerRemoved0(ctx);
    }

    /** Whether another protocol has taken over. */
    boolean isGone() {
      return gone;
    }

    /** Whether a bad head or body was met. */
    boolean hasRefused() {
      return refused;
    }

    /** Whether the first head has not come, or another has begun and not ended. */
    boolean isHeadPending() {
      return !refused && (!hadHead || inHead && (headBytes > 0 || actualReadableBytes() > 0));
    }
  }
}

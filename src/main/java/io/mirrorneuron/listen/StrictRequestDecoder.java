package io.mirrorneuron.listen;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
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
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Netty's decoder of requests, and after it a look at the bytes of each head by {@link
 * RequestHead}: what Netty repairs in silence may have meant something else to a proxy before us. A
 * bad head becomes a request that has failed with a {@link BadRequest}; nothing that comes behind
 * it is read.
 */
final class StrictRequestDecoder extends HttpRequestDecoder {
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
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
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
  boolean isHeadOwed() {
    return !refused && (!hadHead || inHead && (headBytes > 0 || actualReadableBytes() > 0));
  }
}

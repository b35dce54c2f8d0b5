package io.mirrorneuron.listen;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
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

/**
 * Answers requests of HTTP/2 whose head the codec does not take, such as one with a blank value.
 * The codec resets their streams and takes no note of them; what the caller then sends on one,
 * which is on its way already, would be an error of the connection and end all other calls on it.
 * Here the stream is opened and answered instead: who calls so has not said who he is. It looks at
 * what is written frame by frame, so that no content is taken for a frame; behind TLS it sees none.
 */
final class UnreadableHeads extends ChannelOutboundHandlerAdapter {
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
  private long owed;

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
    if (owed == 0
        && end - at == HEAD + RESET
        && bytes.getUnsignedMedium(at) == RESET
        && bytes.getByte(at + 3) == Http2FrameTypes.RST_STREAM) {
      return bytes.getInt(at + 5) & Integer.MAX_VALUE;
    }
    while (at < end) {
      if (owed == 0) {
        owed =
            end - at < HEAD ? Long.MAX_VALUE : bytes.getUnsignedMedium(at); // lost: looks no more
        at += HEAD;
      }
      long taken = Math.clamp(owed, 0, Math.max(0, end - at));
      owed -= taken;
      at += (int) taken;
    }
    return 0;
  }

  private static boolean isUnknown(Http2Connection connection, int stream) {
    return connection.remote().isValidStreamId(stream) && !connection.streamMayHaveExisted(stream);
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

package io.mirrorneuron.listen;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.Http2Error;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Answers a connection over the limit, and closes it. Waits for its first bytes, at most two
 * seconds, because they show the protocol of the answer.
 */
final class ConnectionRefusal extends ChannelInboundHandlerAdapter {
  private static final int SECONDS = 2;

  private final Supplier<byte[]> tooMany;
  private boolean reported;

  ConnectionRefusal(Supplier<byte[]> tooMany) {
    this.tooMany = tooMany;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.executor().schedule(() -> ctx.close(), SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (!reported) {
      reported = true;
      boolean http2 = Http2Heads.mayBePreface(bytes);
      ctx.writeAndFlush(http2 ? goAway() : unavailable())
          .addListener(written -> endOutput(ctx.channel()));
    }
    bytes.release();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  /**
   * Closes the sending half only. What the caller still sends must be read, or the operating system
   * sends a reset that may arrive before the answer.
   */
  static void endOutput(Channel channel) {
    if (channel instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
    } else {
      channel.close();
    }
  }

  private ByteBuf unavailable() {
    byte[] problem = tooMany.get();
    String head =
        """
        HTTP/1.1 503 Service Unavailable
        Content-Type: application/problem+json
        Retry-After: 1
        Content-Length: %d
        Connection: close

        """
            .formatted(problem.length)
            .replace("\n", "\r\n");
    return Unpooled.wrappedBuffer(head.getBytes(US_ASCII), problem);
  }

  /** Empty settings, which every server must begin with, and the end of the connection. */
  private static ByteBuf goAway() {
    byte[] reason = "too many connections: try again, or raise connections.max".getBytes(US_ASCII);
    return Http2Heads.settings()
        .writeBytes(Http2Heads.goAway(Http2Error.ENHANCE_YOUR_CALM, reason));
  }
}

package io.mirrorneuron.listen;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameTypes;

/**
 * Tracks the frames of an HTTP/2 connection to detect whether the caller owes the rest of a frame
 * or of a head with continuation frames. Data content may take any time. Changes nothing; the codec
 * refuses malformed frames. Not thread-safe.
 */
final class Http2Heads {
  private static final int FRAME_HEAD_BYTES = Http2CodecUtil.FRAME_HEADER_LENGTH;
  private static final int END_HEADERS = 0x4;

  private final byte[] frameHead = new byte[FRAME_HEAD_BYTES];
  private int frameHeadBytes;
  private int payloadLeft;
  private boolean inHead;
  private boolean hadHead;

  /**
   * @param hadHead whether the first request came before the connection was upgraded
   */
  Http2Heads(boolean hadHead) {
    this.hadHead = hadHead;
  }

  /** What comes after the preface, in pieces of any size. The buffer's indexes stay. */
  void read(ByteBuf bytes) {
    int at = bytes.readerIndex();
    while (at < bytes.writerIndex()) {
      int there = bytes.writerIndex() - at;
      if (frameHeadBytes < FRAME_HEAD_BYTES) {
        int taken = Math.min(there, FRAME_HEAD_BYTES - frameHeadBytes);
        bytes.getBytes(at, frameHead, frameHeadBytes, taken);
        frameHeadBytes += taken;
        at += taken;
        if (frameHeadBytes == FRAME_HEAD_BYTES) {
          begin();
        }
      } else {
        int taken = Math.min(there, payloadLeft);
        payloadLeft -= taken;
        at += taken;
      }
      if (frameHeadBytes == FRAME_HEAD_BYTES && payloadLeft == 0) {
        end();
      }
    }
  }

  private void begin() {
    payloadLeft = (frameHead[0] & 0xff) << 16 | (frameHead[1] & 0xff) << 8 | (frameHead[2] & 0xff);
    inHead |= type() == Http2FrameTypes.HEADERS;
  }

  private void end() {
    frameHeadBytes = 0;
    boolean last = (frameHead[4] & END_HEADERS) != 0;
    if (inHead && last && (type() == Http2FrameTypes.HEADERS || isContinuation())) {
      inHead = false;
      hadHead = true;
    }
  }

  private boolean isContinuation() {
    return type() == Http2FrameTypes.CONTINUATION;
  }

  private byte type() {
    return frameHead[3];
  }

  /** Whether a frame other than data, or a head, has begun and not ended. */
  boolean isOwed() {
    boolean inFrame = frameHeadBytes > 0;
    boolean inData = frameHeadBytes == FRAME_HEAD_BYTES && type() == Http2FrameTypes.DATA;
    return inHead || inFrame && !inData;
  }

  /** Whether one head has come whole. */
  boolean hadHead() {
    return hadHead;
  }

  /** How many of the bytes are those that HTTP/2 begins with, after {@code seen} of them. */
  static int prefaceBytes(ByteBuf bytes, int seen) {
    ByteBuf preface = Http2CodecUtil.connectionPrefaceBuf();
    int most = Math.min(bytes.readableBytes(), preface.readableBytes() - seen);
    int same = 0;
    while (same < most
        && bytes.getByte(bytes.readerIndex() + same) == preface.getByte(seen + same)) {
      same++;
    }
    return same;
  }

  /** How many bytes HTTP/2 begins with. */
  static int prefaceLength() {
    return Http2CodecUtil.connectionPrefaceBuf().readableBytes();
  }

  /** Whether these first bytes of a connection are HTTP/2: no method of HTTP/1 begins with PRI. */
  static boolean mayBePreface(ByteBuf bytes) {
    return prefaceBytes(bytes, 0) >= 3;
  }

  static ByteBuf settings() {
    return frame(Http2FrameTypes.SETTINGS, 0);
  }

  /** No request of the caller was looked at: all of them may be sent again elsewhere. */
  static ByteBuf goAway(Http2Error error, byte[] reason) {
    return frame(Http2FrameTypes.GO_AWAY, 8 + reason.length)
        .writeInt(0)
        .writeInt((int) error.code())
        .writeBytes(reason);
  }

  private static ByteBuf frame(byte type, int length) {
    return Unpooled.buffer(2 * FRAME_HEAD_BYTES + length)
        .writeMedium(length)
        .writeByte(type)
        .writeByte(0)
        .writeInt(0);
  }
}

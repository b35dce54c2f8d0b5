package io.mirrorneuron.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A connection of bytes, for what no decent client does. */
public final class RawConnection implements AutoCloseable {
  public static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** No setting changed. */
  public static final byte[] SETTINGS = frame(4, 0, 0, "");

  private final Socket socket;

  public RawConnection(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(20_000);
  }

  /**
   * A frame of HTTP/2.
   *
   * @param payload in hexadecimal digits
   */
  public static byte[] frame(int type, int flags, int stream, String payload) {
    String head = "%06x%02x%02x%08x".formatted(payload.length() / 2, type, flags, stream);
    return HexFormat.of().parseHex(head + payload);
  }

  public RawConnection send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public RawConnection send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  /** What comes up to and with the text. */
  public String readTo(String text) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder seen = new StringBuilder();
    while (seen.indexOf(text) < 0) {
      int next = in.read();
      if (next < 0) {
        throw new AssertionError("closed after: " + seen);
      }
      seen.append((char) next);
    }
    return seen.toString();
  }

  /** The payload of the next frame of that type. */
  public byte[] readFrame(int type) throws IOException {
    InputStream in = socket.getInputStream();
    while (true) {
      byte[] head = in.readNBytes(9);
      if (head.length < 9) {
        throw new AssertionError("closed before a frame of type " + type);
      }
      int length = (head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | head[2] & 0xff;
      byte[] payload = in.readNBytes(length);
      if (head[3] == type) {
        return payload;
      }
    }
  }

  /** What comes until the other side closes. */
  public String readAll() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      socket.getInputStream().transferTo(all);
    } catch (SocketException e) {
      // closed with a reset
    }
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

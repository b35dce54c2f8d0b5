package io.mirrorneuron.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * The client's end of a WebSocket, as bytes: it reads only when a test asks for a frame, holds each
 * frame to the letter of the protocol, and cuts off as a network does.
 */
public final class SocketClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20_000;
  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;

  /** The server did not switch protocols. */
  public static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int status;

    Refused(int status) {
      super("refused with " + status);
      this.status = status;
    }

    public int status() {
      return status;
    }
  }

  private record Frame(int opcode, byte[] payload) {
    String text() {
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
      } catch (CharacterCodingException e) {
        throw new AssertionError("a frame is not UTF-8", e);
      }
    }
  }

  private final Socket socket;
  private final DataInputStream in;

  private SocketClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  /**
   * Opens a socket.
   *
   * @param token null for none in a header
   * @throws Refused when it is not opened
   */
  public static SocketClient open(URI uri, String token) {
    return ofPage(uri, token, null);
  }

  /** Opens one as a page of this origin does. */
  public static SocketClient ofPage(URI uri, String token, String origin) {
    String head =
        "GET "
            + uri.getRawPath()
            + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery())
            + " HTTP/1.1\r\nHost: "
            + uri.getAuthority()
            + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13"
            + "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + (token == null ? "" : "Authorization: Bearer " + token + "\r\n")
            + (origin == null ? "" : "Origin: " + origin + "\r\n")
            + "\r\n";
    try {
      Socket socket = new Socket(uri.getHost(), uri.getPort());
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
      SocketClient client = new SocketClient(socket);
      int status = client.readHead();
      if (status != 101) {
        socket.close();
        throw new Refused(status);
      }
      return client;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int readHead() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    return Integer.parseInt(head.substring(9, 12));
  }

  /** The next text, as JSON. */
  public ObjectNode next() {
    return Json.parseObject(nextText(), "frame");
  }

  public String nextText() {
    return await(TEXT).text();
  }

  /** The close code; what comes before the close is passed over. */
  public int closeCode() {
    return ByteBuffer.wrap(await(CLOSE).payload()).getShort();
  }

  public void send(String text) {
    write(TEXT, text);
  }

  /** What the server answers to a ping; what comes before is passed over. */
  public String ping(String text) {
    write(PING, text);
    return await(PONG).text();
  }

  private Frame await(int opcode) {
    try {
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
      Frame frame = read();
      while (frame.opcode() != opcode) {
        if (System.nanoTime() > end) {
          throw new AssertionError("only others came: " + frame.opcode()); // pings, for example
        }
        if (frame.opcode() == CLOSE) {
          throw new AssertionError("the server closed the socket");
        }
        frame = read();
      }
      return frame;
    } catch (IOException e) {
      throw new AssertionError("no such frame came: " + opcode, e);
    }
  }

  private Frame read() throws IOException {
    int first = in.readUnsignedByte();
    if ((first & 0xF0) != FINAL) {
      throw new AssertionError("a frame begins with " + first);
    }
    int length = in.readUnsignedByte();
    long size =
        switch (length) {
          case 126 -> in.readUnsignedShort();
          case 127 -> in.readLong();
          default -> length;
        };
    return new Frame(first & 0x0F, in.readNBytes(Math.toIntExact(size)));
  }

  /** The mask of a client's frame may be zero; then its bytes are themselves. */
  private void write(int opcode, String text) {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(FINAL | opcode);
    if (payload.length < 126) {
      frame.write(MASKED | payload.length);
    } else {
      frame.write(MASKED | 126);
      frame.write(payload.length >> 8);
      frame.write(payload.length);
    }
    frame.writeBytes(new byte[4]);
    frame.writeBytes(payload);
    try {
      socket.getOutputStream().write(frame.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Cuts the connection as a network would. */
  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

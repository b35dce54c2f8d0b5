package io.mirrorneuron.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One kept-alive HTTP/1.1 connection to a server on this machine, as cheap as Java allows, so that
 * the client takes little of the cores that it shares with the server. One thread at a time.
 */
final class Connection implements AutoCloseable {
  private static final int CONNECT_MILLIS = 1000;
  private static final int CHUNKED = -1;
  private static final int ANSWER_MILLIS = 70_000;

  record Answer(int status, String body) {}

  private final Socket socket = new Socket();
  private final InputStream in;

  Connection(int port) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(ANSWER_MILLIS);
    try {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
      in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  Answer get(String path) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nhost: localhost\r\n\r\n");
  }

  /** A page of what can also be followed. */
  Answer page(String path) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n\r\n");
  }

  /** Reads a stream of server-sent events to its end. */
  Answer follow(String path) throws IOException {
    return send(
        "GET " + path + " HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n");
  }

  /**
   * @param json of ASCII characters
   */
  Answer post(String path, String json) throws IOException {
    return send(
        "POST "
            + path
            + " HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: "
            + json.length()
            + "\r\n\r\n"
            + json);
  }

  private Answer send(String request) throws IOException {
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    int status = Integer.parseInt(line().split(" ", 3)[1]);
    int length = 0;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(header.substring(15).trim());
      } else if (lower.equals("transfer-encoding: chunked")) {
        length = CHUNKED;
      }
    }
    return new Answer(status, length == CHUNKED ? chunks() : text(length));
  }

  private String chunks() throws IOException {
    StringBuilder body = new StringBuilder();
    int length;
    do {
      length = Integer.parseInt(line(), 16);
      body.append(text(length));
      line();
    } while (length > 0);
    return body.toString();
  }

  private String text(int length) throws IOException {
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder(64);
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

package io.mirrorneuron.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** HTTP as bytes, for requests that a decent client refuses to send. */
public final class RawHttp {
  private static final int CHUNK = 8192;

  private RawHttp() {}

  public record Answer(int status, Map<String, String> headers, String body) {}

  /** Sends the text and a body, asks the server to close, reads to the end. */
  public static Answer send(int port, String head, byte[] body) throws IOException {
    return exchange(port, head + "Host: localhost\r\nConnection: close\r\n\r\n", body);
  }

  /** Sends the bytes as they are, which must make the server close; reads to the end. */
  public static Answer exchange(int port, String head, byte[] body) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      out.write(body);
      out.flush();
      return parse(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /** A body in chunks of 8 KiB, its total length told to nobody. */
  public static byte[] chunked(byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int sent = 0; sent < body.length; sent += CHUNK) {
      int size = Math.min(CHUNK, body.length - sent);
      out.writeBytes((Integer.toHexString(size) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      out.write(body, sent, size);
      out.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    out.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return out.toByteArray();
  }

  private static Answer parse(String text) {
    int split = text.indexOf("\r\n\r\n");
    String[] lines = text.substring(0, split).split("\r\n");
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 1; i < lines.length; i++) {
      String[] header = lines[i].split(":", 2);
      headers.put(header[0].toLowerCase(Locale.ROOT), header[1].strip());
    }
    return new Answer(Integer.parseInt(lines[0].split(" ")[1]), headers, text.substring(split + 4));
  }
}

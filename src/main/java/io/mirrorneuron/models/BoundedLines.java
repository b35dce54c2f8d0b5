package io.mirrorneuron.models;

import io.mirrorneuron.models.UpstreamFailure.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Cuts a stream into lines of UTF-8, wherever its pieces end. A line is decoded as a whole; what is
 * no UTF-8 in it becomes a replacement character.
 */
final class BoundedLines {
  private static final int BUFFER = 8192;

  private final InputStream in;
  private final Bounds bounds;
  private final Runnable heard;
  private final byte[] buffer = new byte[BUFFER];
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private int next;
  private int end;
  private long read;

  /**
   * @param heard is called whenever bytes have come
   */
  BoundedLines(InputStream in, Bounds bounds, Runnable heard) {
    this.in = in;
    this.bounds = bounds;
    this.heard = heard;
  }

  /** The next line without its end; null behind the last. */
  String next() throws IOException, UpstreamFailure {
    line.reset();
    while (true) {
      if (next == end && !fill()) {
        return line.size() == 0 ? null : text();
      }
      int start = next;
      while (next < end && buffer[next] != '\n') {
        next++;
      }
      line.write(buffer, start, next - start);
      if (line.size() > bounds.lineBytes()) {
        throw new UpstreamFailure(
            Kind.BAD, "it sent a line of more than " + bounds.lineBytes() + " bytes");
      }
      if (next < end) {
        next++;
        return text();
      }
    }
  }

  private boolean fill() throws IOException, UpstreamFailure {
    int count = in.read(buffer);
    if (count < 0) {
      return false;
    }
    heard.run();
    next = 0;
    end = count;
    read += count;
    if (read > bounds.bytes()) {
      throw new UpstreamFailure(Kind.BAD, "it sent more than " + bounds.bytes() + " bytes");
    }
    return true;
  }

  private String text() {
    String text = line.toString(StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}

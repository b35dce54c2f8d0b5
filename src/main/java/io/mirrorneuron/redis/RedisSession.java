package io.mirrorneuron.redis;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A blocking conversation with a server, for its start and end, when no Vert.x is there yet.
 * Closing it from another thread ends a wait.
 */
final class RedisSession implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 5;

  private final SocketChannel channel;
  private final InputStream replies;

  private RedisSession(SocketChannel channel) {
    this.channel = channel;
    this.replies = new BufferedInputStream(Channels.newInputStream(channel));
  }

  /**
   * A session that ends itself after a few seconds.
   *
   * @throws IOException when nobody listens or the password is not accepted
   */
  static RedisSession brief(RedisAddress address, String password) throws IOException {
    RedisSession session = new RedisSession(address.connect());
    CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS).execute(session::close);
    return session.authenticated(password);
  }

  /** A session that lasts as long as the server. */
  static RedisSession patient(RedisAddress address, String password) throws IOException {
    return new RedisSession(address.connect()).authenticated(password);
  }

  private RedisSession authenticated(String password) throws IOException {
    try {
      ask("AUTH", password);
      return this;
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** Reads until the server hangs up. */
  void awaitEnd() throws IOException {
    while (replies.read() >= 0) {
      continue;
    }
  }

  /**
   * Sends a command whose words hold no blanks.
   *
   * @return the reply's text
   * @throws IOException when the server refuses or does not answer
   */
  String ask(String... words) throws IOException {
    send(words);
    String line = line();
    return switch (line.charAt(0)) {
      case '+', ':' -> line.substring(1);
      case '$' -> bulk(Integer.parseInt(line.substring(1)));
      case '*' -> throw new IOException("unexpected reply to " + words[0]);
      default -> throw new IOException(line.substring(1));
    };
  }

  void send(String... words) throws IOException {
    byte[] command = (String.join(" ", words) + "\r\n").getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer = ByteBuffer.wrap(command);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private String line() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int next = replies.read(); next != '\n'; next = replies.read()) {
      if (next < 0) {
        throw new EOFException("the server hung up");
      }
      text.append((char) next);
    }
    if (text.length() < 2) {
      throw new IOException("unexpected reply");
    }
    return text.substring(0, text.length() - 1);
  }

  private String bulk(int length) throws IOException {
    byte[] content = replies.readNBytes(length + 2);
    if (content.length < length + 2) {
      throw new EOFException("the server hung up");
    }
    return new String(content, 0, length, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // nothing is left to lose
    }
  }
}

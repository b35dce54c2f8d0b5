package io.mirrorneuron.models;

import io.mirrorneuron.models.BoundedHttp.UpstreamFailure.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * HTTP client with limits on time and size. Blocking. Thread-safe. Redirects are not followed, so
 * that only configured servers are called. Failure messages contain no key.
 */
public final class BoundedHttp implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final long LOOK_MS = 200;

  private HttpClient http; // made when it is needed; guarded by this
  private boolean closed; // guarded by this

  private synchronized HttpClient http() throws UpstreamFailure {
    if (closed) {
      throw new UpstreamFailure(Kind.GONE, "the server ends");
    }
    if (http == null) {
      http =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .followRedirects(HttpClient.Redirect.NEVER)
              .connectTimeout(CONNECT)
              .executor(command -> Thread.ofVirtual().name("mn.models.http").start(command))
              .build();
    }
    return http;
  }

  /** Reads an answer line by line. */
  @FunctionalInterface
  public interface LineReader {
    /** Returns whether it wants more. */
    boolean read(String line) throws UpstreamFailure;
  }

  /**
   * What is asked.
   *
   * @param body JSON that is sent, or null
   * @param key that introduces the caller; empty for none
   */
  public record Call(String method, URI uri, String body, String key) {
    @Override
    public String toString() {
      return method + " " + uri;
    }
  }

  /** The whole answer as text. */
  public String text(Call call, Bounds bounds) throws UpstreamFailure {
    StringBuilder text = new StringBuilder();
    lines(
        call,
        bounds,
        () -> false,
        line -> {
          text.append(line).append('\n');
          return true;
        });
    return text.toString();
  }

  /**
   * Hands over the lines of an answer as they come.
   *
   * @param gone asked now and then; true breaks off
   */
  public void lines(Call call, Bounds bounds, BooleanSupplier gone, LineReader reader)
      throws UpstreamFailure {
    Patience patience = new Patience(bounds, gone);
    HttpResponse<InputStream> answer = answered(call, patience);
    try (InputStream body = answer.body();
        var _ = patience.watch(body)) {
      BoundedLines lines = new BoundedLines(body, bounds, patience::heard);
      if (answer.statusCode() >= 300) {
        throw refused(answer.statusCode(), lines, call.key());
      }
      if (answer.headers().firstValue("content-type").orElse("").startsWith("text/html")) {
        throw new UpstreamFailure(Kind.BAD, "it answered with a page for people (text/html)");
      }
      String line = lines.next();
      while (line != null && reader.read(line)) {
        line = lines.next();
      }
    } catch (IOException e) {
      UpstreamFailure over = patience.failure();
      throw over == null
          ? new UpstreamFailure(Kind.BAD, "the connection was cut before the answer was whole")
          : over;
    }
    UpstreamFailure over = patience.failure();
    if (over != null) {
      throw over;
    }
  }

  private HttpResponse<InputStream> answered(Call call, Patience patience) throws UpstreamFailure {
    CompletableFuture<HttpResponse<InputStream>> asked =
        http().sendAsync(request(call), BodyHandlers.ofInputStream());
    try {
      while (true) {
        try {
          return asked.get(LOOK_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          if (patience.isOver()) {
            asked.cancel(true);
            throw patience.failure();
          }
        }
      }
    } catch (ExecutionException e) {
      throw unreachable(e.getCause());
    } catch (InterruptedException e) {
      asked.cancel(true);
      Thread.currentThread().interrupt();
      throw new UpstreamFailure(Kind.GONE, "the server ends");
    }
  }

  private static HttpRequest request(Call call) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(call.uri()).header("Accept", "application/json, text/event-stream");
    if (!call.key().isEmpty()) {
      request.header("Authorization", "Bearer " + call.key());
    }
    if (call.body() == null) {
      return request.method(call.method(), BodyPublishers.noBody()).build();
    }
    return request
        .header("Content-Type", "application/json")
        .method(call.method(), BodyPublishers.ofString(call.body()))
        .build();
  }

  private static UpstreamFailure unreachable(Throwable cause) {
    if (cause instanceof HttpConnectTimeoutException) {
      return new UpstreamFailure(Kind.AWAY, "nobody answers there");
    }
    if (cause instanceof HttpTimeoutException) {
      return new UpstreamFailure(Kind.LATE, "it did not answer in time");
    }
    Throwable deepest = cause;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    if (deepest instanceof UnresolvedAddressException) {
      return new UpstreamFailure(Kind.AWAY, "there is no machine of that name");
    }
    if (cause instanceof ConnectException) {
      return new UpstreamFailure(Kind.AWAY, "nobody listens there");
    }
    return new UpstreamFailure(Kind.BAD, "it broke the connection off without an answer");
  }

  /** With what the server says of it, in one line. */
  private static UpstreamFailure refused(int status, BoundedLines lines, String key)
      throws IOException, UpstreamFailure {
    String first = Objects.requireNonNullElse(lines.next(), "");
    String said = UntrustedText.of(first, key);
    String more = said.isEmpty() ? "" : ": " + said;
    String hint = status < 400 ? ", and redirects are not followed" : "";
    return new UpstreamFailure(Kind.BAD, status, "it answered with status " + status + hint + more);
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (http != null) {
      http.shutdownNow();
    }
  }

  /**
   * Cuts a stream into lines of UTF-8, wherever its pieces end. A line is decoded as a whole; what
   * is no UTF-8 in it becomes a replacement character.
   */
  private static final class BoundedLines {
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

  /**
   * How long an answer is waited for. Closes its body when that is over, so that no read blocks.
   */
  private static final class Patience {
    private static final long LOOK_MS = 100;

    private final Bounds bounds;
    private final BooleanSupplier gone;
    private final long begun = System.nanoTime();
    private volatile long heard = begun;
    private volatile UpstreamFailure failure;

    Patience(Bounds bounds, BooleanSupplier gone) {
      this.bounds = bounds;
      this.gone = gone;
    }

    /** Bytes have come. */
    void heard() {
      heard = System.nanoTime();
    }

    boolean isOver() {
      if (failure == null) {
        failure = judged(System.nanoTime());
      }
      return failure != null;
    }

    /** Why it is over; null while it is not. */
    UpstreamFailure failure() {
      return failure;
    }

    private UpstreamFailure judged(long now) {
      if (gone.getAsBoolean()) {
        return new UpstreamFailure(Kind.GONE, "nobody waits for the answer any more");
      }
      if (now - begun > bounds.total().toNanos()) {
        return new UpstreamFailure(Kind.LATE, "it took longer than " + reported(bounds.total()));
      }
      return now - heard > bounds.silence().toNanos()
          ? new UpstreamFailure(Kind.LATE, "it said nothing for " + reported(bounds.silence()))
          : null;
    }

    private static String reported(Duration time) {
      return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    interface Watch extends AutoCloseable {
      @Override
      void close();
    }

    /** Watches the body until it is closed. */
    Watch watch(InputStream body) {
      CountDownLatch done = new CountDownLatch(1);
      Thread.ofVirtual()
          .name("mn.models.patience")
          .start(
              () -> {
                try {
                  while (!done.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
                    if (isOver()) {
                      body.close();
                      return;
                    }
                  }
                } catch (InterruptedException | IOException e) {
                  // the reader finds out by itself
                }
              });
      return done::countDown;
    }
  }

  /** A called server did not answer as expected. The message is for people and contains no key. */
  public static final class UpstreamFailure extends Exception {
    private static final long serialVersionUID = 1L;

    public enum Kind {
      /** No server answers there. */
      AWAY,
      /** It exceeded a time limit. */
      LATE,
      /** The caller no longer waits. */
      GONE,
      /** An invalid answer, a cut connection or an error status. */
      BAD
    }

    private final Kind kind;
    private final int status;

    public UpstreamFailure(Kind kind, String message) {
      this(kind, 0, message);
    }

    /**
     * @param status of the answer; 0 when there was none
     */
    UpstreamFailure(Kind kind, int status, String message) {
      super(message);
      this.kind = kind;
      this.status = status;
    }

    public Kind kind() {
      return kind;
    }

    public int status() {
      return status;
    }
  }

  /**
   * Limits of an answer.
   *
   * @param total from the request to the last byte
   * @param silence without a byte
   * @param lineBytes of one line
   * @param bytes of the whole
   */
  public record Bounds(Duration total, Duration silence, int lineBytes, long bytes) {

    /** The same in less time. */
    public Bounds within(Duration time) {
      return new Bounds(time, silence.compareTo(time) < 0 ? silence : time, lineBytes, bytes);
    }
  }
}

package io.mirrorneuron.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mirrorneuron.api.model.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends calls to one server, with its token. For any number of threads. */
public final class Connection {
  private static final int TRIES = 4;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration TO_CONNECT = Duration.ofSeconds(10);

  /** How long an answer that has begun may pause. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private static final int TOO_MANY = 429;
  private static final int UNAVAILABLE = 503;
  private static final int UPGRADE_REQUIRED = 426;

  private final ObjectMapper json =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TO_CONNECT).build();
  private final String address;
  private final String token;

  /**
   * Nothing is sent yet.
   *
   * @param address of the API, with {@code /api/v1}
   * @param token null where the server asks for none
   */
  public Connection(String address, String token) {
    this.address = address.replaceAll("/+$", "");
    this.token = token;
  }

  /**
   * Sends a call and reads the answer.
   *
   * @param call what to send
   * @param type of the answer
   * @param <T> that type
   * @return the answer
   * @throws ProblemException when the server says that it failed
   * @throws UncheckedIOException when there is no answer
   */
  public <T> T answer(Call call, TypeReference<T> type) {
    call.header("Accept", "application/json"); // else what can be followed is a stream
    byte[] body = attempt(call, this::sendWhole, Connection::whole);
    try {
      return json.readValue(body, type);
    } catch (IOException failure) {
      throw new UncheckedIOException(call.method() + " " + call.target(), failure);
    }
  }

  /**
   * Sends a call whose answer is a file.
   *
   * @param call what to send
   * @return the file; close it
   * @throws ProblemException when the server says that it failed
   * @throws UncheckedIOException when there is no answer
   */
  public InputStream open(Call call) {
    return attempt(call, sent -> send(sent, SILENCE), body -> body);
  }

  /** How a call is sent. */
  @FunctionalInterface
  private interface Sending {
    HttpResponse<InputStream> send(Call call) throws IOException;
  }

  /** What is taken of an answer, in time for another try. */
  @FunctionalInterface
  private interface Taking<T> {
    T take(InputStream body) throws IOException;
  }

  private <T> T attempt(Call call, Sending sending, Taking<T> taking) {
    for (int attempt = 1; ; attempt++) {
      try {
        HttpResponse<InputStream> response = sending.send(call);
        if (response.statusCode() < 300) {
          return taking.take(response.body());
        }
        rest(pauseAfter(call, problem(response), attempt));
      } catch (IOException failure) {
        if (!call.isSafeToRepeat() || attempt == TRIES || Thread.currentThread().isInterrupted()) {
          throw new UncheckedIOException(call.method() + " " + call.target(), failure);
        }
        rest(Patience.backoff(attempt));
      }
    }
  }

  /** How long to rest before another try; throws the problem when there is none. */
  private static Duration pauseAfter(Call call, ProblemException problem, int attempt) {
    Duration asked = problem.retryAfter().orElse(null);
    boolean mayTryAgain =
        asked != null
            && asked.compareTo(LONGEST_PAUSE) <= 0
            && (problem.status() == TOO_MANY
                || problem.status() == UNAVAILABLE && call.isSafeToRepeat());
    if (!mayTryAgain || attempt == TRIES) {
      throw problem;
    }
    return asked.plusMillis(ThreadLocalRandom.current().nextLong(asked.toMillis() / 10 + 1));
  }

  /** Reads one record of a stream. */
  <T> T record(String data, Class<T> type) {
    try {
      return json.readValue(data, type);
    } catch (JsonProcessingException failure) {
      throw new IllegalArgumentException("a record that cannot be read", failure);
    }
  }

  /** A value of a record, or the record itself, as another type has it. */
  <T> T convert(Object value, Class<T> type) {
    return json.convertValue(value, type);
  }

  String text(Object message) {
    try {
      return json.writeValueAsString(message);
    } catch (JsonProcessingException failure) {
      throw new IllegalArgumentException(failure);
    }
  }

  /** An answer that comes in time as a whole; for those the blocking way of the JDK is three times cheaper. */
  private HttpResponse<InputStream> sendWhole(Call call) throws IOException {
    try {
      HttpRequest request = request(call).timeout(call.timeout()).build();
      return http.send(request, info -> new PatientBody(SILENCE));
    } catch (InterruptedException interruption) {
      throw interrupted(interruption);
    }
  }

  /**
   * An answer whose status was not looked at; {@link #problem} makes an error of it.
   *
   * @param silence how long its body may pause
   */
  HttpResponse<InputStream> send(Call call, Duration silence) throws IOException {
    // No timeout of the request itself: in newer JDKs it ends the body too.
    CompletableFuture<HttpResponse<InputStream>> answer =
        http.sendAsync(request(call).build(), info -> new PatientBody(silence));
    try {
      return answer.get(call.timeout().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      answer.cancel(true);
      throw new HttpTimeoutException("no answer in " + call.timeout().toSeconds() + " seconds");
    } catch (ExecutionException failure) {
      Throwable cause = failure.getCause();
      throw cause instanceof IOException io ? io : new IOException(cause);
    } catch (InterruptedException interruption) {
      answer.cancel(true);
      throw interrupted(interruption);
    }
  }

  private HttpRequest.Builder request(Call call) throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + call.target()));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    call.headers().forEach(request::header);
    return request.method(call.method(), body(call, request));
  }

  private BodyPublisher body(Call call, HttpRequest.Builder request) throws IOException {
    if (call.file() != null) {
      String boundary = UUID.randomUUID().toString();
      request.header("Content-Type", "multipart/form-data; boundary=" + boundary);
      String head =
          "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\nContent-Type: application/zip\r\n\r\n"
              .formatted(boundary, call.fileField(), call.file().getFileName());
      return BodyPublishers.concat(
          BodyPublishers.ofString(head),
          BodyPublishers.ofFile(call.file()),
          BodyPublishers.ofString("\r\n--" + boundary + "--\r\n"));
    }
    if (call.body() == null) {
      return BodyPublishers.noBody();
    }
    request.header("Content-Type", "application/json");
    return BodyPublishers.ofByteArray(json.writeValueAsBytes(call.body()));
  }

  private static byte[] whole(InputStream body) throws IOException {
    try (body) {
      return body.readAllBytes();
    }
  }

  ProblemException problem(HttpResponse<InputStream> response) throws IOException {
    byte[] body = whole(response.body());
    Duration retryAfter =
        response.headers().firstValue("Retry-After").filter(s -> s.matches("\\d{1,9}")).stream()
            .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
            .findFirst()
            .orElse(null);
    try {
      Problem problem = json.readValue(body, Problem.class);
      return ProblemException.of(response.statusCode(), Objects.requireNonNull(problem), retryAfter);
    } catch (IOException | NullPointerException failure) {
      String text = new String(body, StandardCharsets.UTF_8);
      Problem problem = Problem.builder().detail(text.substring(0, Math.min(500, text.length()))).build();
      return ProblemException.of(response.statusCode(), problem, retryAfter);
    }
  }

  /** A socket; why the server refuses one is a problem, asked for without a socket. */
  WebSocket socket(String path, WebSocket.Listener listener, Duration longest) throws IOException {
    WebSocket.Builder builder = http.newWebSocketBuilder().connectTimeout(longest);
    if (token != null) {
      builder.header("Authorization", "Bearer " + token);
    }
    URI uri = URI.create(address.replaceFirst("^http", "ws") + path);
    CompletableFuture<WebSocket> opening = builder.buildAsync(uri, listener);
    try {
      return opening.get(longest.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException failure) {
      opening.cancel(true);
      HttpResponse<InputStream> told = send(new Call("GET", path), longest);
      ProblemException problem = problem(told);
      if (problem.status() == UPGRADE_REQUIRED) {
        throw new IOException("the socket was not opened", failure);
      }
      throw problem;
    } catch (InterruptedException interruption) {
      opening.cancel(true);
      throw interrupted(interruption);
    }
  }

  static void rest(Duration pause) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException interruption) {
      throw interrupted(interruption);
    }
  }

  static IllegalStateException interrupted(InterruptedException interruption) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while a server was asked", interruption);
  }
}

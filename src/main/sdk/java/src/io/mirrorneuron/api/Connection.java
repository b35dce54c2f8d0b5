package io.mirrorneuron.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mirrorneuron.api.model.RunStreamRecord;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;

/** Sends calls to one server, with its token. For any number of threads. */
public final class Connection {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration TO_CONNECT = Duration.ofSeconds(10);
  private static final Duration FOR_EVER = Duration.ofDays(365 * 100L);

  /** How long an answer that has begun may pause. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private static final int TOO_MANY = 429;
  private static final int UNAVAILABLE = 503;
  private static final int UPGRADE_REQUIRED = 426;

  private final ObjectMapper json =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
  private final HttpClient http;
  private final ClientOptions options;
  private final String address;
  private final String token;

  /** One for all who bring none of their own: each has threads. */
  private static final class Shared {
    private static final HttpClient HTTP =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TO_CONNECT).build();
  }

  /**
   * Nothing is sent yet.
   *
   * @param address of the API, with {@code /api/v1}
   * @param token null where the server asks for none
   * @throws BadArgumentException for what can be no address or no token
   */
  public Connection(String address, String token) {
    this(address, token, ClientOptions.USUAL);
  }

  /**
   * Nothing is sent yet.
   *
   * @param address of the API, with {@code /api/v1}
   * @param token null where the server asks for none
   * @param options how requests are sent
   * @throws BadArgumentException for what can be no address or no token
   */
  public Connection(String address, String token, ClientOptions options) {
    this.address = checked(address).replaceAll("/+$", "");
    if (token != null && !token.matches("[!-~]+")) {
      throw new BadArgumentException("the token has a character that no header may have", null);
    }
    this.token = token;
    this.options = options;
    this.http = options.http() == null ? Shared.HTTP : options.http();
  }

  private static String checked(String address) {
    try {
      URI uri = new URI(address);
      if (Set.of("http", "https").contains(String.valueOf(uri.getScheme()))
          && uri.getHost() != null
          && uri.getPort() <= 0xffff
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null
          && uri.getRawUserInfo() == null) {
        return address;
      }
    } catch (URISyntaxException none) {
      // said below
    }
    throw new BadArgumentException(
        address + " is no address of a server: it is like http://localhost:54001", null);
  }

  /**
   * Sends a call and reads the answer.
   *
   * @param call what to send
   * @param type of the answer
   * @param <T> that type
   * @return the answer
   * @throws ProblemException when the server says that it failed
   * @throws ConnectionLostException when there is no whole answer
   * @throws UnreadableAnswerException when it is not of this type
   */
  public <T> T answer(Call call, TypeReference<T> type) {
    call.header("Accept", "application/json"); // else what can be followed is a stream
    return parsed(call, attempt(call, this::sendWhole, response -> whole(response.body())), type);
  }

  /** The same, sent once: whoever waits for a server tries again by itself. */
  <T> T answerOnce(Call call, TypeReference<T> type) throws IOException {
    call.header("Accept", "application/json");
    HttpResponse<InputStream> response = sendWhole(call);
    if (response.statusCode() >= 300) {
      throw problem(response);
    }
    return parsed(call, whole(response.body()), type);
  }

  private <T> T parsed(Call call, byte[] body, TypeReference<T> type) {
    try {
      T answer = json.readValue(body, type);
      if (answer != null) {
        return answer;
      }
      throw new UnreadableAnswerException(what(call) + ": the answer is empty", null);
    } catch (IOException failure) {
      throw new UnreadableAnswerException(what(call) + ": " + failure.getMessage(), failure);
    }
  }

  /**
   * Sends a call whose answer is a file.
   *
   * @param call what to send
   * @return the file; close it
   * @throws ProblemException when the server says that it failed
   * @throws ConnectionLostException when there is no answer
   */
  public InputStream open(Call call) {
    return attempt(call, sent -> send(sent, SILENCE), HttpResponse::body);
  }

  /** The same, of a certain type. */
  InputStream open(Call call, String type) {
    return attempt(
        call,
        sent -> send(sent, SILENCE),
        response -> {
          if (!type(response).startsWith(type)) {
            response.body().close();
            throw new UnreadableAnswerException(
                what(call) + ": " + response.statusCode() + " and " + type(response) + " instead of " + type, null);
          }
          return response.body();
        });
  }

  static String type(HttpResponse<?> response) {
    return response.headers().firstValue("Content-Type").orElse("nothing of a known type");
  }

  /** How a call is sent. */
  @FunctionalInterface
  private interface Sending {
    HttpResponse<InputStream> send(Call call) throws IOException;
  }

  /** What is taken of an answer, in time for another try. */
  @FunctionalInterface
  private interface Taking<T> {
    T take(HttpResponse<InputStream> response) throws IOException;
  }

  private <T> T attempt(Call call, Sending sending, Taking<T> taking) {
    for (int attempt = 1; ; attempt++) {
      boolean isLast = attempt > options.retries();
      try {
        HttpResponse<InputStream> response = sending.send(call);
        if (response.statusCode() < 300) {
          return taking.take(response);
        }
        rest(pauseAfter(call, problem(response), isLast));
      } catch (IOException failure) {
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedCallException(new InterruptedException(failure.getMessage()));
        }
        if (!call.isSafeToRepeat() || isLast || isHopeless(failure)) {
          throw new ConnectionLostException(what(call), failure);
        }
        rest(Patience.backoff(attempt));
      }
    }
  }

  /** Where another try would end in the same way. */
  static boolean isHopeless(Throwable failure) {
    return failure instanceof SSLHandshakeException || failure.getCause() instanceof SSLHandshakeException;
  }

  /** For people. */
  String what(Call call) {
    return call.method() + " " + address + call.target();
  }

  /** How long to rest before another try; throws the problem when there is none. */
  private static Duration pauseAfter(Call call, ProblemException problem, boolean isLast) {
    Duration asked = problem.retryAfter().orElse(null);
    boolean mayTryAgain =
        asked != null
            && asked.compareTo(LONGEST_PAUSE) <= 0
            && (problem.status() == TOO_MANY
                || problem.status() == UNAVAILABLE && call.isSafeToRepeat());
    if (!mayTryAgain || isLast) {
      throw problem;
    }
    return asked.plusMillis(ThreadLocalRandom.current().nextLong(asked.toMillis() / 10 + 1));
  }

  /** Reads one record of a stream. */
  <T> T record(String data, Class<T> type) {
    try {
      return json.readValue(data, type);
    } catch (JsonProcessingException failure) {
      throw new UnreadableAnswerException("a record that cannot be read: " + failure.getMessage(), failure);
    }
  }

  /** A value of a record, or the record itself, as another type has it. */
  <T> T convert(Object value, Class<T> type) {
    try {
      return type == RunRecord.class
          ? type.cast(RunRecord.of(json.convertValue(value, RunStreamRecord.class)))
          : json.convertValue(value, type);
    } catch (IllegalArgumentException failure) {
      throw new UnreadableAnswerException("a record that cannot be read: " + failure.getMessage(), failure);
    }
  }

  String text(Object message) {
    try {
      return json.writeValueAsString(message);
    } catch (JsonProcessingException failure) {
      throw new BadArgumentException("this cannot be sent as JSON: " + failure.getOriginalMessage(), failure);
    }
  }

  /** An answer that comes in time as a whole; for those the blocking way of the JDK is three times cheaper. */
  private HttpResponse<InputStream> sendWhole(Call call) throws IOException {
    try {
      HttpRequest request = request(call).timeout(atMost(call.timeout(options))).build();
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
      return answer.get(atMost(call.timeout(options)).toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      answer.cancel(true);
      throw new HttpTimeoutException("no answer in " + call.timeout(options).toMillis() / 1000.0 + " seconds");
    } catch (ExecutionException failure) {
      Throwable cause = failure.getCause();
      throw cause instanceof IOException io ? io : new IOException(cause);
    } catch (InterruptedException interruption) {
      answer.cancel(true);
      throw interrupted(interruption);
    }
  }

  /** What can still be counted in nanoseconds. */
  static Duration atMost(Duration given) {
    return given.compareTo(FOR_EVER) < 0 ? given : FOR_EVER;
  }

  private HttpRequest.Builder request(Call call) throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + call.target()));
    request.setHeader("User-Agent", "mirrorneuron-api-java/" + Version.NUMBER);
    options.headers().forEach(request::setHeader);
    if (token != null) {
      request.setHeader("Authorization", "Bearer " + token);
    }
    call.headers().forEach((name, value) -> header(request, name, value));
    return request.method(call.method(), body(call, request));
  }

  private static void header(HttpRequest.Builder request, String name, String value) {
    try {
      request.setHeader(name, value);
    } catch (IllegalArgumentException no) {
      throw new BadArgumentException(name + " cannot be " + value, no);
    }
  }

  private BodyPublisher body(Call call, HttpRequest.Builder request) throws IOException {
    if (call.file() != null) {
      String boundary = UUID.randomUUID().toString();
      request.header("Content-Type", "multipart/form-data; boundary=" + boundary);
      String head =
          "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s.zip\"\r\nContent-Type: application/zip\r\n\r\n"
              .formatted(boundary, call.fileField(), call.fileField());
      return BodyPublishers.concat(
          BodyPublishers.ofString(head),
          BodyPublishers.ofFile(call.file()),
          BodyPublishers.ofString("\r\n--" + boundary + "--\r\n"));
    }
    if (call.body() == null) {
      return BodyPublishers.noBody();
    }
    request.header("Content-Type", "application/json");
    try {
      return BodyPublishers.ofByteArray(json.writeValueAsBytes(call.body()));
    } catch (JsonProcessingException failure) {
      throw new BadArgumentException("this cannot be sent as JSON: " + failure.getOriginalMessage(), failure);
    }
  }

  private static byte[] whole(InputStream body) throws IOException {
    try (body) {
      return body.readAllBytes();
    }
  }

  ProblemException problem(HttpResponse<InputStream> response) throws IOException {
    return ProblemException.of(response, whole(response.body()), json);
  }

  /** A socket; why the server refuses one is a problem, asked for without a socket. */
  WebSocket socket(String path, WebSocket.Listener listener, Duration longest) throws IOException {
    WebSocket.Builder builder = http.newWebSocketBuilder().connectTimeout(longest);
    options.headers().forEach(builder::header);
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
      Thread.sleep(atMost(pause).toMillis());
    } catch (InterruptedException interruption) {
      throw interrupted(interruption);
    }
  }

  static InterruptedCallException interrupted(InterruptedException interruption) {
    Thread.currentThread().interrupt();
    return new InterruptedCallException(interruption);
  }
}

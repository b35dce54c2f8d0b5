package io.mirrorneuron.cli;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.storage.WriteFailure;
import io.mirrorneuron.wire.Json;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Client of a server's HTTP API. Paths are relative to the base, for example {@code /runs?limit=5}.
 * Blocking. Failures are {@link MnException} with the {@code detail} of the server's problem as the
 * message.
 */
public final class RestClient implements AutoCloseable {
  public static final String UNREACHABLE = "api_unreachable";
  static final String UNAUTHENTICATED = "api_unauthenticated";

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration LONGEST_FILE = Duration.ofMinutes(30);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();
  private final String base;
  private final Secret token;
  private final Duration timeout;

  private RestClient(String base, Secret token, Duration timeout) {
    this.base = base;
    this.token = token;
    this.timeout = timeout;
  }

  /**
   * @throws MnException when nobody knows where an API is
   * @throws picocli.CommandLine.ParameterException when its address is none
   */
  static RestClient of(Config config, ClientOptions command) {
    if (!config.api().isKnown()) {
      throw ApiClient.unknown();
    }
    return new RestClient(
        complete(config.api().baseUrl(), command), config.api().token(), config.grpc().timeout());
  }

  /** An address without a path is that of a server, whose API is at {@code /api/v1}. */
  private static String complete(String url, ClientOptions command) {
    try {
      URI uri = URI.create(url);
      if (uri.getHost() != null && String.valueOf(uri.getScheme()).matches("https?")) {
        return uri.getRawPath().isEmpty() ? url + "/api/v1" : url;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw command.misuse(
        "the address of the API (--api, MN_API_BASE_URL) must be a URL such as"
            + " http://localhost:54001/api/v1");
  }

  /** A part of a path or a value of a query, with all that would end it escaped. */
  public static String part(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** A path of several folders, each of them {@link #part escaped}. */
  public static String parts(String path) {
    return String.join("/", Arrays.stream(path.split("/")).map(RestClient::part).toList());
  }

  public RestAnswer get(String path) throws InterruptedException {
    HttpRequest.Builder request = request(path).header("Accept", "application/json").GET();
    return RestAnswer.of(text(request, timeout));
  }

  /**
   * @param body written as JSON
   */
  public RestAnswer post(String path, Object body) throws InterruptedException {
    return post(path, body, timeout);
  }

  /**
   * @param patience how long the answer may take
   */
  public RestAnswer post(String path, Object body, Duration patience) throws InterruptedException {
    return RestAnswer.of(text(json("POST", path, body), patience));
  }

  private HttpRequest.Builder json(String method, String path, Object body) {
    return request(path)
        .header("Content-Type", "application/json")
        .method(method, BodyPublishers.ofString(Json.write(body)));
  }

  /**
   * Sends a file as the part of a form.
   *
   * @param field name of the part
   */
  public RestAnswer upload(String path, String field, Path file) throws InterruptedException {
    FilePart part = new FilePart(field, file);
    HttpRequest.Builder request = request(path).header("Content-Type", part.type());
    return RestAnswer.of(text(request.POST(part.body()), LONGEST_FILE));
  }

  public RestAnswer patch(String path, Object body) throws InterruptedException {
    return RestAnswer.of(text(json("PATCH", path, body), timeout));
  }

  public RestAnswer delete(String path) throws InterruptedException {
    return RestAnswer.of(text(request(path).DELETE(), timeout));
  }

  /** The text of an answer of another media type. */
  public String text(String path, String accept) throws InterruptedException {
    return text(request(path).header("Accept", accept).GET(), LONGEST_FILE);
  }

  /**
   * Writes an answer to a file, which is there whole or not at all.
   *
   * @param file replaced when it is there
   */
  public void download(String path, Path file) throws InterruptedException {
    HttpResponse<InputStream> answer =
        send(request(path).GET(), LONGEST_FILE, BodyHandlers.ofInputStream());
    try (InputStream body = answer.body()) {
      if (isFailure(answer)) {
        throw failure(answer, new String(body.readAllBytes(), StandardCharsets.UTF_8));
      }
      Path part = Files.createTempFile(file.toAbsolutePath().getParent(), ".mn-", ".part");
      try {
        Files.copy(body, part, StandardCopyOption.REPLACE_EXISTING);
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw WriteFailure.of(file, e);
    }
  }

  /**
   * Reads server-sent events until the stream ends or is cut off.
   *
   * @param reader gets the data of each event
   */
  public void follow(String path, Consumer<String> reader) throws InterruptedException {
    HttpRequest.Builder request = request(path).header("Accept", "text/event-stream").GET();
    HttpResponse<Stream<String>> answer = send(request, Duration.ZERO, BodyHandlers.ofLines());
    try (Stream<String> lines = answer.body()) {
      if (isFailure(answer)) {
        throw failure(answer, String.join("\n", lines.toList()));
      }
      Iterator<String> next = lines.iterator();
      while (hasNext(next)) {
        String line = next.next();
        if (line.startsWith("data:")) {
          reader.accept(line.substring("data:".length()).strip());
        }
      }
    }
  }

  private boolean hasNext(Iterator<String> lines) {
    try {
      return lines.hasNext();
    } catch (UncheckedIOException e) {
      throw unreachable(e);
    }
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
    if (token.isSet()) {
      request.header("Authorization", "Bearer " + token.value());
    }
    return request;
  }

  private String text(HttpRequest.Builder request, Duration patience) throws InterruptedException {
    HttpResponse<String> answer = send(request, patience, BodyHandlers.ofString());
    if (isFailure(answer)) {
      throw failure(answer, answer.body());
    }
    return answer.body();
  }

  private <T> HttpResponse<T> send(
      HttpRequest.Builder request, Duration patience, HttpResponse.BodyHandler<T> reader)
      throws InterruptedException {
    if (patience.isPositive()) {
      request.timeout(patience);
    }
    try {
      return http.send(request.build(), reader);
    } catch (HttpTimeoutException e) {
      throw new MnException(
          ErrorCode.TIMEOUT, "timeout", "the API did not answer in time", null, e);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private MnException unreachable(Exception cause) {
    return new MnException(
        ErrorCode.UNAVAILABLE,
        UNREACHABLE,
        "the API at " + base + " cannot be reached",
        null,
        cause);
  }

  private static boolean isFailure(HttpResponse<?> answer) {
    return answer.statusCode() >= 400;
  }

  private static MnException failure(HttpResponse<?> answer, String body) {
    String seconds = answer.headers().firstValue("Retry-After").orElse("");
    long wait = seconds.matches("\\d{1,9}") ? Long.parseLong(seconds) * 1000 : 0; // else a date
    return RestProblem.of(answer.statusCode(), body).exception().withRetryAfter(wait);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  /**
   * A zip as the only part of a form.
   *
   * @param field name of the part
   */
  private record FilePart(String field, Path file) {
    /** No zip has this line: its bytes are packed. */
    private static final String BOUNDARY = "mn-the-file-ends-here-7f3a9c51e0d84b26";

    String type() {
      return "multipart/form-data; boundary=" + BOUNDARY;
    }

    /**
     * @throws MnException INTERNAL when the file is gone
     */
    BodyPublisher body() {
      String head =
          "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"bundle.zip\"\r\n\r\n"
              .formatted(BOUNDARY, field);
      try {
        return BodyPublishers.concat(
            BodyPublishers.ofString(head),
            BodyPublishers.ofFile(file),
            BodyPublishers.ofString("\r\n--" + BOUNDARY + "--\r\n"));
      } catch (FileNotFoundException e) {
        throw new MnException(ErrorCode.INTERNAL, "not_read", file + " cannot be read");
      }
    }
  }

  /**
   * A problem body (RFC 9457) as one sentence.
   *
   * @param detail one sentence for people
   * @param error one word for programs
   * @param faults each with its place
   * @param errors the same as they were told; of null when none were
   */
  private record RestProblem(
      int status, String detail, String error, List<String> faults, RestAnswer errors) {

    private record ProblemBody(String detail, String error) {}

    /**
     * @param message in the words of a validation, {@code msg} in those of a check of the request
     */
    private record Fault(String msg, String message) {
      String sentence() {
        return Objects.requireNonNullElse(msg, Objects.requireNonNullElse(message, ""));
      }
    }

    /** Of an answer with a status of failure; also of one that no MirrorNeuron gave. */
    static RestProblem of(int status, String body) {
      try {
        RestAnswer answer = RestAnswer.of(body);
        ProblemBody reported = answer.as(ProblemBody.class);
        return new RestProblem(
            status,
            Objects.requireNonNullElse(reported.detail(), unknown(status)),
            Objects.requireNonNullElse(reported.error(), "http_" + status),
            answer
                .elements("errors")
                .map(RestProblem::fault)
                .filter(one -> !one.isEmpty())
                .toList(),
            new RestAnswer(answer.json().get("errors")));
      } catch (MnException e) {
        return new RestProblem(
            status, unknown(status), "http_" + status, List.of(), new RestAnswer(null));
      }
    }

    private static String unknown(int status) {
      return "the API answered with status " + status;
    }

    /** The way to the value behind {@code body} or {@code query}, and what is wrong with it. */
    private static String fault(RestAnswer error) {
      String place =
          error.elements("loc").skip(1).map(RestAnswer::text).collect(Collectors.joining("."));
      String sentence = error.as(Fault.class).sentence();
      return place.isEmpty() || sentence.isEmpty() ? sentence : place + ": " + sentence;
    }

    MnException exception() {
      List<String> more = faults.stream().filter(fault -> !detail.contains(fault)).toList();
      String sentence = more.isEmpty() ? detail : detail + ": " + String.join("; ", more);
      ErrorCode code =
          Arrays.stream(ErrorCode.values())
              .filter(one -> one.httpStatus() == status)
              .findFirst()
              .orElse(ErrorCode.INTERNAL);
      return new MnException(
          code,
          code == ErrorCode.UNAUTHENTICATED ? RestClient.UNAUTHENTICATED : error,
          sentence,
          errors.json(),
          null);
    }
  }
}

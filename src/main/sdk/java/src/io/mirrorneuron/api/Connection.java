package io.mirrorneuron.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mirrorneuron.api.model.HumanRecord;
import io.mirrorneuron.api.model.Problem;
import io.mirrorneuron.api.model.RunStreamRecord;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** Sends calls to one server, with its token. For any number of threads. */
public final class Connection {
  private static final int TRIES = 4;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration TO_CONNECT = Duration.ofSeconds(10);
  private static final int TOO_MANY = 429;
  private static final int UNAVAILABLE = 503;

  private final ObjectMapper json =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TO_CONNECT).build();
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
    try (InputStream body = open(call)) {
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
   */
  public InputStream open(Call call) {
    for (int attempt = 1; ; attempt++) {
      HttpResponse<InputStream> response;
      try {
        response = send(call);
      } catch (UncheckedIOException failure) {
        if (!call.isSafeToRepeat() || attempt == TRIES) {
          throw failure;
        }
        rest(Patience.backoff(attempt));
        continue;
      }
      if (response.statusCode() < 300) {
        return response.body();
      }
      ProblemException problem = problem(response);
      Duration pause = problem.retryAfter().orElse(null);
      boolean mayTryAgain =
          pause != null
              && pause.compareTo(LONGEST_PAUSE) <= 0
              && (problem.status() == TOO_MANY
                  || problem.status() == UNAVAILABLE && call.isSafeToRepeat());
      if (!mayTryAgain || attempt == TRIES) {
        throw problem;
      }
      rest(pause);
    }
  }

  /** Reads one record of a stream. */
  <T> T record(String data, Class<T> type) {
    try {
      return json.readValue(data, type);
    } catch (JsonProcessingException failure) {
      throw new UncheckedIOException("a record that cannot be read", failure);
    }
  }

  /** The record as it is in the log; a program may have written no more than its type and payload. */
  HumanRecord humanRecord(RunStreamRecord record) {
    Map<String, Object> whole = new HashMap<>();
    whole.put("ts", record.ts());
    whole.put("run_id", record.runId());
    whole.put("channel", record.channel());
    whole.put("type", record.type());
    whole.put("payload", Map.of());
    whole.putAll(record.payload());
    return json.convertValue(whole, HumanRecord.class);
  }

  /** An answer whose status was not looked at; {@link #problem} makes an error of it. */
  HttpResponse<InputStream> send(Call call) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + call.target())).timeout(call.timeout());
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    call.headers().forEach(request::header);
    try {
      request.method(call.method(), body(call, request));
      return http.send(request.build(), BodyHandlers.ofInputStream());
    } catch (IOException failure) {
      throw new UncheckedIOException(call.method() + " " + call.target(), failure);
    } catch (InterruptedException interruption) {
      throw interrupted(interruption);
    }
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

  ProblemException problem(HttpResponse<InputStream> response) {
    Duration retryAfter =
        response.headers().firstValue("Retry-After").filter(s -> s.matches("\\d{1,9}")).stream()
            .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
            .findFirst()
            .orElse(null);
    byte[] body = new byte[0];
    try (InputStream content = response.body()) {
      body = content.readAllBytes();
      Problem problem = json.readValue(new ByteArrayInputStream(body), Problem.class);
      return new ProblemException(response.statusCode(), Objects.requireNonNull(problem), retryAfter);
    } catch (IOException | NullPointerException failure) {
      String text = new String(body, StandardCharsets.UTF_8);
      Problem problem =
          Problem.builder().error("http_" + response.statusCode()).detail(text).build();
      return new ProblemException(response.statusCode(), problem, retryAfter);
    }
  }

  static void rest(Duration pause) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException interruption) {
      throw interrupted(interruption);
    }
  }

  private static IllegalStateException interrupted(InterruptedException interruption) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while a server was asked", interruption);
  }
}

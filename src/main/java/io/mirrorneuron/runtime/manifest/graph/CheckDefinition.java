package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.port.node.ServicesPort.RegisteredService;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A health check of a service, as written or with its templates filled in.
 *
 * @param failuresBeforeCritical how many failures in a row make the service critical
 * @param address null for that of the service, and so is {@code port}
 * @param http of type http, else null
 * @param command of type script, a program and its arguments; else empty
 * @param grpcService name of the service to check, of type grpc; blank for the whole server
 */
public record CheckDefinition(
    String name,
    Type type,
    Duration timeout,
    Duration interval,
    boolean required,
    int failuresBeforeCritical,
    String address,
    String port,
    Http http,
    List<String> command,
    String grpcService) {
  private static final int TIMEOUT_MS = 2000;
  private static final int INTERVAL_MS = 10_000;
  private static final int SHORTEST_MS = 100;

  public enum Type {
    HTTP,
    TCP,
    GRPC,
    SCRIPT;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Type of(String word) {
      return Stream.of(values()).filter(type -> type.word().equals(word)).findAny().orElse(TCP);
    }
  }

  /**
   * An HTTP request and its expected answer.
   *
   * @param url null when it is made of the other parts
   * @param contains text that the body must contain, or null
   * @param body null for none
   */
  public record Http(
      String url,
      String scheme,
      String path,
      String method,
      ExpectedStatus expected,
      String contains,
      Map<String, String> headers,
      String body) {}

  private record Written(
      String name,
      String type,
      int timeoutMs,
      int intervalMs,
      JsonNode required,
      int failuresBeforeCritical,
      String address,
      String host,
      JsonNode port,
      String url,
      String scheme,
      String path,
      String method,
      JsonNode expectedStatus,
      String contains,
      Map<String, JsonNode> headers,
      String body,
      JsonNode script,
      JsonNode command,
      List<String> args,
      String service) {}

  /**
   * @param position of the check in its list, from 0; the default of its name
   */
  static CheckDefinition of(JsonNode json, int position) {
    Written written = LenientJson.read(json, Written.class);
    Type type = Type.of(written.type);
    String scheme = Objects.requireNonNullElse(written.scheme, "http");
    Map<String, String> headers = new LinkedHashMap<>();
    written.headers.forEach((name, value) -> headers.put(name, value.asText()));
    return new CheckDefinition(
        Objects.requireNonNullElse(written.name, type.word() + "-" + (position + 1)),
        type,
        Duration.ofMillis(written.timeoutMs > 0 ? written.timeoutMs : TIMEOUT_MS),
        Duration.ofMillis(
            written.intervalMs > 0 ? Math.max(SHORTEST_MS, written.intervalMs) : INTERVAL_MS),
        written.required == null || written.required.asBoolean(true),
        Math.max(1, written.failuresBeforeCritical),
        written.address == null ? written.host : written.address,
        written.port == null ? null : written.port.asText(),
        type != Type.HTTP
            ? null
            : new Http(
                written.url,
                scheme,
                Objects.requireNonNullElse(written.path, "/"),
                Objects.requireNonNullElse(written.method, "GET"),
                ExpectedStatus.of(written.expectedStatus),
                written.contains,
                headers,
                written.body),
        type == Type.SCRIPT ? command(written) : List.of(),
        Objects.requireNonNullElse(written.service, ""));
  }

  private static List<String> command(Written written) {
    JsonNode command = written.script == null ? written.command : written.script;
    if (command == null) {
      return List.of();
    }
    Stream<String> words =
        command.isArray()
            ? Json.elements(command).map(JsonNode::asText)
            : Stream.of(command.asText().trim().split("\\s+"));
    return Stream.concat(words, written.args.stream()).toList();
  }

  /** Checks whether a port accepts connections. */
  public static CheckDefinition listening() {
    return of(Json.object().put("name", "listening").put("type", "tcp"), 0);
  }

  /** The same for a single run: the first failure counts, and the timeout is bounded. */
  public CheckDefinition once(Duration longest) {
    return new CheckDefinition(
        name,
        type,
        timeout.compareTo(longest) < 0 ? timeout : longest,
        interval,
        required,
        1,
        address,
        port,
        http,
        command,
        grpcService);
  }

  /** For readers of the registry. */
  public RegisteredService.Check shown() {
    return new RegisteredService.Check(
        name,
        type.word(),
        timeout.toMillis(),
        interval.toMillis(),
        required,
        failuresBeforeCritical);
  }

  CheckDefinition filled(UnaryOperator<String> fill) {
    return new CheckDefinition(
        name,
        type,
        timeout,
        interval,
        required,
        failuresBeforeCritical,
        fill.apply(address),
        fill.apply(port),
        http == null ? null : filledHttp(fill),
        command.stream().map(fill).toList(),
        fill.apply(grpcService));
  }

  private Http filledHttp(UnaryOperator<String> fill) {
    Map<String, String> headers = new LinkedHashMap<>(http.headers);
    headers.replaceAll((header, value) -> fill.apply(value));
    return new Http(
        fill.apply(http.url),
        http.scheme,
        fill.apply(http.path),
        http.method,
        http.expected,
        fill.apply(http.contains),
        headers,
        fill.apply(http.body));
  }

  /**
   * The HTTP statuses that mean healthy.
   *
   * @param ranges at least one
   */
  public record ExpectedStatus(List<Range> ranges) {
    private static final ExpectedStatus USUAL = new ExpectedStatus(List.of(new Range(200, 399)));

    /** Both ends are inclusive. */
    public record Range(int from, int to) {
      @Override
      public String toString() {
        return from == to ? Integer.toString(from) : from + "-" + to;
      }

      private static Range of(JsonNode written) {
        String[] ends = written.asText().trim().split("\\s*(-|\\.\\.)\\s*");
        int from = Integer.parseInt(ends[0]);
        return new Range(from, ends.length > 1 ? Integer.parseInt(ends[1]) : from);
      }
    }

    /**
     * @param written an integer, a range as {@code "200-299"} or {@code "200..299"}, or a list of
     *     them; null and any other form mean 200 to 399
     */
    static ExpectedStatus of(JsonNode written) {
      if (written == null || written.isNull()) {
        return USUAL;
      }
      try {
        List<Range> ranges =
            written.isArray()
                ? Json.elements(written).map(Range::of).toList()
                : List.of(Range.of(written));
        return ranges.isEmpty() ? USUAL : new ExpectedStatus(ranges);
      } catch (NumberFormatException e) {
        return USUAL;
      }
    }

    public boolean includes(int status) {
      return ranges.stream().anyMatch(range -> range.from <= status && status <= range.to);
    }

    @Override
    public String toString() {
      return ranges.stream().map(Range::toString).collect(Collectors.joining(", "));
    }
  }
}

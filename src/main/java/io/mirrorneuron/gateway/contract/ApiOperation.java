package io.mirrorneuron.gateway.contract;

import io.mirrorneuron.security.Auth.Role;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An operation of the contract, without its parameters and schemas.
 *
 * @param path the full path with {@code {parameters}}
 * @param success the status of its one successful answer
 * @param produces media types of that answer, the default first
 * @param role required of a caller; null for a public operation
 * @param stream how it can be followed; null when it cannot
 * @param socket content of the WebSocket; null for other operations
 * @param slashed the path parameter that is a path itself; null when there is none
 * @param timeout of its area; null for the default
 * @param answersFile whether the area names a file and the gateway sends it
 * @param takesAnyQuery whether the query is for the answered page and not checked here
 * @param isShared whether all callers get the same answer
 */
public record ApiOperation(
    String id,
    HttpMethod method,
    String path,
    String tag,
    int success,
    List<String> produces,
    Role role,
    StreamSpec stream,
    SocketSpec socket,
    String slashed,
    Duration timeout,
    boolean answersFile,
    boolean takesAnyQuery,
    boolean isShared,
    Body body) {

  public enum Body {
    NONE,
    JSON,
    /** A file that is stored while it arrives. */
    UPLOAD,
    /** Bytes of any kind, at most a mebibyte. */
    RAW
  }

  public static final String EVENT_STREAM = "text/event-stream";

  /** Seconds of silence after which a connection is closed; no area may take that long. */
  public static final int IDLE_SECONDS = 200;

  /** The status of an intermediate answer. */
  public static final int ACCEPTED = 202;

  private static final Set<String> BESIDE = Set.of("206", Integer.toString(ACCEPTED));

  static final String SWITCHING = "101";
  static final String ANSWER = "x-mn-answer";
  static final String SLASHES = "x-mn-slashes";
  static final String TIMEOUT = "x-mn-timeout";
  static final String QUERY = "x-mn-query";
  static final String SHARED = "x-mn-shared";

  /** Reads an operation that {@link ContractCheck} accepts. */
  static ApiOperation read(
      String basePath, String path, String method, JsonObject operation, JsonObject components) {
    String status = successes(operation).iterator().next();
    JsonObject answer =
        resolve(
            "responses", operation.getJsonObject("responses").getJsonObject(status), components);
    String role = operation.getString("x-mn-role");
    return new ApiOperation(
        operation.getString("operationId"),
        HttpMethod.valueOf(method.toUpperCase(java.util.Locale.ROOT)),
        basePath + path,
        operation.getJsonArray("tags").getString(0),
        Integer.parseInt(status),
        List.copyOf(answer.getJsonObject("content", new JsonObject()).fieldNames()),
        role == null ? null : Role.of(role),
        StreamSpec.read(operation.getJsonObject("x-mn-stream")),
        SocketSpec.read(operation.getJsonObject("x-mn-socket")),
        slashed(operation, components),
        operation.containsKey(TIMEOUT) ? Duration.ofSeconds(operation.getLong(TIMEOUT)) : null,
        "file".equals(operation.getString(ANSWER)),
        "any".equals(operation.getString(QUERY)),
        operation.getBoolean(SHARED, false),
        body(operation));
  }

  /** Whether to abort the call when the client disconnects. */
  public boolean isLong() {
    return answersFile || timeout != null;
  }

  public boolean isPublic() {
    return role == null;
  }

  /**
   * Statuses of successful answers: 2xx, and 101 for a socket. A partial file (206) does not count
   * beside the file itself, nor an intermediate answer (202) beside the final one.
   */
  static Set<String> successes(JsonObject operation) {
    String first = operation.containsKey("x-mn-socket") ? SWITCHING : "2";
    Set<String> declared =
        operation.getJsonObject("responses", new JsonObject()).fieldNames().stream()
            .filter(status -> status.startsWith(first))
            .collect(Collectors.toUnmodifiableSet());
    return declared.size() == 1
        ? declared
        : declared.stream()
            .filter(status -> !BESIDE.contains(status))
            .collect(Collectors.toUnmodifiableSet());
  }

  static JsonArray tags(JsonObject operation) {
    return operation.getJsonArray("tags", new JsonArray());
  }

  /** The parameters with resolved references. */
  static List<JsonObject> parameters(JsonObject operation, JsonObject components) {
    return operation.getJsonArray("parameters", new JsonArray()).stream()
        .map(parameter -> resolve("parameters", (JsonObject) parameter, components))
        .toList();
  }

  /** The names in the path, from left to right. */
  public List<String> pathParameters() {
    return Arrays.stream(path.split("/"))
        .filter(segment -> segment.startsWith("{"))
        .map(segment -> segment.substring(1, segment.length() - 1))
        .toList();
  }

  /** Matches its paths before they are decoded, with a group for each parameter. */
  public String pathRegex() {
    StringBuilder regex = new StringBuilder();
    for (String segment : path.substring(1).split("/")) {
      String one = segment.equals("{" + slashed + "}") ? "(.+)" : "([^/]+)";
      regex.append('/').append(segment.startsWith("{") ? one : Pattern.quote(segment));
    }
    return regex.toString();
  }

  private static String slashed(JsonObject operation, JsonObject components) {
    return parameters(operation, components).stream()
        .filter(parameter -> parameter.getBoolean(SLASHES, false))
        .map(parameter -> parameter.getString("name"))
        .findFirst()
        .orElse(null);
  }

  private static JsonObject resolve(String kind, JsonObject node, JsonObject components) {
    String ref = node.getString("$ref");
    return ref == null
        ? node
        : components.getJsonObject(kind).getJsonObject(ref.substring(ref.lastIndexOf('/') + 1));
  }

  private static Body body(JsonObject operation) {
    if ("upload".equals(operation.getString("x-mn-body"))) {
      return Body.UPLOAD;
    }
    if ("raw".equals(operation.getString("x-mn-body"))) {
      return Body.RAW;
    }
    return operation.containsKey("requestBody") ? Body.JSON : Body.NONE;
  }

  /**
   * The content of {@code x-mn-socket}.
   *
   * @param stream the id of the operation that the socket follows; null for a socket of topics
   */
  public record SocketSpec(String stream) {
    static final Set<String> WORDS = Set.of("stream", "realtime");

    /** Null when the operation is no socket. */
    static SocketSpec read(JsonObject socket) {
      return socket == null ? null : new SocketSpec(socket.getString("stream"));
    }

    boolean isRealtime() {
      return stream == null;
    }
  }

  /**
   * How an operation can be followed: the content of {@code x-mn-stream}.
   *
   * @param cursor the parameter with the position of the stream
   * @param id the member of each record with its public id
   * @param eventMember the member of each record with its kind; null when there is none
   * @param eventName the kind of all records, each of which replaces the previous one; null when
   *     there is none
   * @param heartbeat the parameter with the seconds of silence after which a heartbeat is sent;
   *     null when clients cannot choose them
   * @param topic its name at a socket of topics; null when it has none
   */
  public record StreamSpec(
      String cursor,
      String id,
      String eventMember,
      String eventName,
      String heartbeat,
      String topic) {
    static final Set<String> WORDS =
        Set.of("cursor", "id", "event", "heartbeat", "topic", "helper");
    static final Set<String> EVENT_WORDS = Set.of("member", "name");

    /** The parameter that pages a list; streams have pages of their own. */
    public static final String LIMIT = "limit";

    /** Null when the operation has no stream. */
    static StreamSpec read(JsonObject stream) {
      if (stream == null) {
        return null;
      }
      JsonObject event = stream.getJsonObject("event", new JsonObject());
      return new StreamSpec(
          stream.getString("cursor"),
          stream.getString("id", "seq"),
          event.getString("member"),
          event.getString("name"),
          stream.getString("heartbeat"),
          stream.getString("topic"));
    }

    /**
     * Whether each record replaces the previous one, so that a slow client needs only the newest.
     */
    public boolean isSnapshot() {
      return eventName != null;
    }
  }
}

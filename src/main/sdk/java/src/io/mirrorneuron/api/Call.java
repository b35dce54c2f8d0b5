package io.mirrorneuron.api;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** One request, before it is sent. What is null is left out. */
public final class Call {
  private static final Set<String> METHODS = Set.of("GET", "HEAD", "PUT");

  /** What the server knows again when it comes twice, beside what has an idempotency key. */
  private static final String COUNTS_ONCE = "/runs/{run_id}/human/{request_id}/response";

  private static final Duration FOR_FILES = Duration.ofSeconds(600);

  private final Map<String, String> headers = new LinkedHashMap<>();
  private final StringBuilder query = new StringBuilder();
  private final String method;
  private final String template;
  private Duration allowed = Duration.ZERO;
  private Duration longest;
  private String path;
  private Object body;
  private Path file;
  private String fileField;

  /**
   * A request without parameters.
   *
   * @param method of HTTP
   * @param path below the API's address, with names in braces for {@link #path}
   */
  public Call(String method, String path) {
    this.method = method;
    this.template = path;
    this.path = path;
  }

  /**
   * Sets how long the answer may take.
   *
   * @param seconds those that the contract allows the server; some are added for the way
   */
  public void timeout(int seconds) {
    allowed = Duration.ofSeconds(seconds);
  }

  /** Sets how long the answer may take in all. */
  void timeout(Duration longest) {
    this.longest = longest;
  }

  /**
   * Puts a value into the path.
   *
   * @param name its place
   * @param value any text or number
   * @throws BadArgumentException for what would be another path
   */
  public void path(String name, Object value) {
    if (value == null || Set.of("", ".", "..").contains(value.toString())) {
      throw new BadArgumentException(name + " cannot be " + (value == null ? "null" : "\"" + value + "\""), null);
    }
    path = path.replace("{" + name + "}", encode(String.valueOf(value)));
  }

  /**
   * Adds a parameter.
   *
   * @param name of the parameter
   * @param value its value; of a list each
   */
  public void query(String name, Object value) {
    if (value instanceof Iterable<?> values) {
      values.forEach(each -> query(name, each));
    } else if (value != null) {
      query.append(query.isEmpty() ? '?' : '&').append(encode(name)).append('=');
      query.append(encode(String.valueOf(value)));
    }
  }

  /**
   * Sets a header.
   *
   * @param name of the header
   * @param value its value
   */
  public void header(String name, Object value) {
    if (value != null) {
      headers.put(name, String.valueOf(value));
    }
  }

  /**
   * Sets what is sent as JSON.
   *
   * @param value a record, a map, a list or a scalar
   */
  public void body(Object value) {
    body = value;
  }

  /**
   * Sets a file that is sent as a form.
   *
   * @param field of the form
   * @param content the file
   */
  public void file(String field, Path content) {
    fileField = field;
    file = content;
    allowed = FOR_FILES;
  }

  String method() {
    return method;
  }

  String target() {
    return path + query;
  }

  Map<String, String> headers() {
    return headers;
  }

  Object body() {
    return body;
  }

  Path file() {
    return file;
  }

  String fileField() {
    return fileField;
  }

  /** How long the answer may take, where an answer usually takes so long. */
  Duration timeout(ClientOptions options) {
    return longest == null ? options.timeout().plus(allowed) : longest;
  }

  /** May it be sent again when it may have been done? */
  boolean isSafeToRepeat() {
    return METHODS.contains(method)
        || headers.containsKey("Idempotency-Key")
        || template.equals(COUNTS_ONCE);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}

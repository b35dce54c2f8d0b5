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
  private static final Duration USUAL = Duration.ofSeconds(30);
  private static final Duration FOR_FILES = Duration.ofSeconds(600);

  private final Map<String, String> headers = new LinkedHashMap<>();
  private final StringBuilder query = new StringBuilder();
  private final String method;
  private Duration timeout = USUAL;
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
    this.path = path;
  }

  /**
   * Sets how long the answer may take.
   *
   * @param seconds those that the contract allows the server; some are added for the way
   */
  public void timeout(int seconds) {
    timeout = USUAL.plusSeconds(seconds);
  }

  /** Sets how long the answer may take in all. */
  void timeout(Duration longest) {
    timeout = longest;
  }

  /**
   * Puts a value into the path.
   *
   * @param name its place
   * @param value any text or number
   */
  public void path(String name, Object value) {
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
    timeout = FOR_FILES;
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

  Duration timeout() {
    return timeout;
  }

  /** May it be sent again when it may have been done? */
  boolean isSafeToRepeat() {
    return METHODS.contains(method) || headers.containsKey("Idempotency-Key");
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}

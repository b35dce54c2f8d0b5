package io.mirrorneuron.api;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How requests are sent.
 *
 * @param timeout in which an answer comes, beside what the contract allows the server for some calls
 * @param retries how often a call is sent again, where that is safe, before it fails
 * @param headers sent with every request, for example for a proxy
 * @param http with which requests are sent, and with it proxies, certificates and threads of your
 *     own; null for one that all clients share
 */
public record ClientOptions(
    Duration timeout, int retries, Map<String, String> headers, HttpClient http) {
  /** 30 seconds, three retries. */
  public static final ClientOptions USUAL =
      new ClientOptions(Duration.ofSeconds(30), 3, Map.of(), null);

  /** The headers are copied. */
  public ClientOptions {
    headers = Map.copyOf(headers);
  }

  /**
   * Waits for another time for an answer.
   *
   * @param timeout how long
   * @return a copy
   */
  public ClientOptions withTimeout(Duration timeout) {
    return new ClientOptions(timeout, retries, headers, http);
  }

  /**
   * Tries another number of times.
   *
   * @param retries how often again
   * @return a copy
   */
  public ClientOptions withRetries(int retries) {
    return new ClientOptions(timeout, retries, headers, http);
  }

  /**
   * Adds a header.
   *
   * @param name of the header
   * @param value its value
   * @return a copy
   */
  public ClientOptions withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new ClientOptions(timeout, retries, more, http);
  }

  /**
   * Sends with a client of your own. It should speak HTTP/1.1: over a cut connection of HTTP/2 the JDK
   * drops what it had received.
   *
   * @param http that client
   * @return a copy
   */
  public ClientOptions withHttp(HttpClient http) {
    return new ClientOptions(timeout, retries, headers, http);
  }
}

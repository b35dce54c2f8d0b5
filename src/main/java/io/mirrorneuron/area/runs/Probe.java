package io.mirrorneuron.area.runs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Probes whether web pages of this machine respond. The address comes from files that programs
 * write, so only the run's own ports are probed, and nothing of an answer is passed on except that
 * it came.
 */
final class Probe implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMillis(750);
  private static final Duration KEPT = Duration.ofSeconds(5);
  private static final int MOST_KEPT = 1000;
  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

  private final Cache<URI, Boolean> running;

  /** Created on first use, as it sets up TLS; null until then. */
  private HttpClient http;

  Probe(Clock clock) {
    this.running =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
            .expireAfterWrite(KEPT)
            .maximumSize(MOST_KEPT)
            .build();
  }

  /**
   * {@code running} or {@code starting} by a probe; {@code available} for every address that is not
   * probed.
   *
   * @param ports of the run
   */
  String status(String url, Set<Integer> ports) {
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      return "available";
    }
    if (!isOurs(uri, ports)) {
      return "available";
    }
    return running.get(uri, this::answers) ? "running" : "starting";
  }

  private static boolean isOurs(URI uri, Set<Integer> ports) {
    String scheme = String.valueOf(uri.getScheme());
    return (scheme.equals("http") || scheme.equals("https"))
        && uri.getUserInfo() == null
        && LOOPBACK.contains(String.valueOf(uri.getHost()))
        && ports.contains(uri.getPort());
  }

  private boolean answers(URI uri) {
    try {
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(PATIENCE).build();
      HttpResponse<InputStream> response =
          http().send(request, HttpResponse.BodyHandlers.ofInputStream());
      response.body().close();
      return response.statusCode() < 500;
    } catch (IOException | IllegalArgumentException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private synchronized HttpClient http() {
    if (http == null) {
      http =
          HttpClient.newBuilder()
              .connectTimeout(PATIENCE)
              .followRedirects(HttpClient.Redirect.NEVER)
              .proxy(HttpClient.Builder.NO_PROXY)
              .version(HttpClient.Version.HTTP_1_1)
              .build();
    }
    return http;
  }

  @Override
  public synchronized void close() {
    if (http != null) {
      http.shutdownNow();
    }
  }
}

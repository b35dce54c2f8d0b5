package io.mirrorneuron.runtime.webhook;

import io.mirrorneuron.runtime.service.AddressGuard;
import io.mirrorneuron.runtime.service.Connections;
import io.mirrorneuron.runtime.service.Connections.Peer;
import io.mirrorneuron.runtime.service.NotAsked;
import io.mirrorneuron.security.StandardWebhooks;
import io.mirrorneuron.store.DeliveryQueue.Delivery;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Sends deliveries over HTTP. The name of a target is looked up once each time, and the connection
 * goes to the address that was judged. Of an answer only its status counts. Blocking; thread-safe.
 */
final class HttpDeliverer implements AutoCloseable {
  private static final int MOST_READ = 1024;
  private static final int MOST_SHOWN = 200;

  private final AddressGuard guard;
  private final Connections connections;
  private final Clock clock;
  private final Duration patience;

  /**
   * @param guard says where they may go; closed with this, as the connections are
   * @param patience with which answers are waited for
   */
  HttpDeliverer(AddressGuard guard, Connections connections, Clock clock, Duration patience) {
    this.guard = guard;
    this.connections = connections;
    this.clock = clock;
    this.patience = patience;
  }

  /** Tries once. Whatever goes wrong is an answer. */
  TryAnswer send(Target target, Delivery delivery) {
    AtomicInteger status = new AtomicInteger();
    try {
      URI uri = URI.create(target.url());
      boolean tls = "https".equalsIgnoreCase(uri.getScheme());
      int port = uri.getPort() > 0 ? uri.getPort() : tls ? 443 : 80;
      Peer peer = new Peer(guard.judged(uri.getHost(), port, Set.of()), uri.getHost(), tls);
      String excerpt =
          connections.ask(
              peer, patience, connection -> ask(connection, target, peer, delivery, status));
      return answered(status.get(), excerpt);
    } catch (NotAsked e) {
      return new TryAnswer(0, "not sent: " + e.getMessage(), "");
    } catch (TimeoutException e) {
      return status.get() != 0
          ? answered(status.get(), "")
          : new TryAnswer(0, "no answer within %d s".formatted(patience.toSeconds()), "");
    } catch (Exception e) {
      return new TryAnswer(0, "not delivered: " + said(e), "");
    }
  }

  private static TryAnswer answered(int status, String excerpt) {
    if (status >= 200 && status < 300) {
      return new TryAnswer(status, "", "");
    }
    String error =
        status >= 300 && status < 400
            ? "status %d; redirects are not followed".formatted(status)
            : "status " + status;
    return new TryAnswer(status, error, excerpt);
  }

  /** What the network says, in one line. */
  private static String said(Exception e) {
    Throwable told = e;
    while (told.getCause() != null && told.getCause() != told) {
      told = told.getCause();
    }
    String message =
        told.getMessage() == null ? told.getClass().getSimpleName() : told.getMessage();
    return printable(message.lines().findFirst().orElse(""));
  }

  private static String printable(String text) {
    String clean = text.replaceAll("\\p{Cntrl}+", " ").strip();
    return clean.length() <= MOST_SHOWN ? clean : clean.substring(0, MOST_SHOWN);
  }

  private Future<String> ask(
      HttpClientConnection connection,
      Target target,
      Peer peer,
      Delivery delivery,
      AtomicInteger status) {
    URI uri = URI.create(target.url());
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setHost(peer.host())
            .setPort(peer.port())
            .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
            .setFollowRedirects(false);
    byte[] body = delivery.body().getBytes(StandardCharsets.UTF_8);
    Instant now = clock.instant();
    String seconds = Long.toString(now.getEpochSecond());
    String signatures =
        target.signing(now).stream()
            .map(secret -> StandardWebhooks.sign(secret, delivery.id(), seconds, body))
            .collect(Collectors.joining(" "));
    return connection
        .request(options)
        .compose(
            request ->
                request
                    .putHeader("content-type", "application/json")
                    .putHeader("user-agent", "mirrorneuron")
                    .putHeader("webhook-id", delivery.id())
                    .putHeader("idempotency-key", delivery.id())
                    .putHeader("webhook-timestamp", seconds)
                    .putHeader("webhook-signature", signatures)
                    .send(Buffer.buffer(body)))
        .compose(response -> read(response, status));
  }

  /** The status is the answer, also when the body never ends or is cut. */
  private static Future<String> read(HttpClientResponse response, AtomicInteger status) {
    status.set(response.statusCode());
    Promise<String> excerpt = Promise.promise();
    Buffer body = Buffer.buffer();
    Runnable end = () -> excerpt.tryComplete(printable(body.toString(StandardCharsets.UTF_8)));
    response.exceptionHandler(cut -> end.run());
    if (response.statusCode() >= 200 && response.statusCode() < 300) {
      end.run();
      return excerpt.future();
    }
    response.handler(
        part -> {
          body.appendBuffer(part, 0, Math.min(part.length(), MOST_READ - body.length()));
          if (body.length() >= MOST_READ) {
            end.run();
          }
        });
    response.endHandler(ended -> end.run());
    return excerpt.future();
  }

  @Override
  public void close() {
    connections.close();
    guard.close();
  }
}

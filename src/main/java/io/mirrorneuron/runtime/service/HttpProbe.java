package io.mirrorneuron.runtime.service;

import io.mirrorneuron.runtime.manifest.graph.CheckDefinition;
import io.mirrorneuron.runtime.manifest.graph.CheckDefinition.Http;
import io.mirrorneuron.runtime.manifest.graph.ServiceDefinition;
import io.mirrorneuron.runtime.service.Connections.Peer;
import io.mirrorneuron.runtime.service.Prober.AddressRefused;
import io.mirrorneuron.runtime.service.Prober.CheckTarget;
import io.mirrorneuron.runtime.service.Prober.ProbeResult;
import io.mirrorneuron.runtime.service.Prober.UnreadableAnswer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.concurrent.TimeoutException;

/** HTTP checks. Reads no more of a body than needed; does not follow redirects. */
final class HttpProbe {
  private static final int MOST_READ = 64 * 1024;

  private final AddressGuard guard;
  private final Connections connections;

  HttpProbe(AddressGuard guard, Connections connections) {
    this.guard = guard;
    this.connections = connections;
  }

  /**
   * @param body the part that was read
   */
  private record Answer(int status, String body) {}

  ProbeResult ask(CheckDefinition check, CheckTarget target)
      throws AddressRefused, TimeoutException {
    URI uri = uri(check, target);
    boolean tls = isTls(uri);
    Peer peer =
        new Peer(guard.judged(uri.getHost(), port(uri), target.declared()), uri.getHost(), tls);
    Answer answer =
        connections.ask(
            peer,
            check.timeout(),
            connection -> UnreadableAnswer.of(send(connection, check, peer, uri)));
    return judged(check.http(), answer);
  }

  private static boolean isTls(URI uri) {
    return "https".equalsIgnoreCase(uri.getScheme());
  }

  /** The port, by default that of the scheme. */
  static int port(URI uri) {
    return uri.getPort() > 0 ? uri.getPort() : isTls(uri) ? 443 : 80;
  }

  /**
   * @throws AddressRefused when it is no HTTP address
   */
  static URI uri(CheckDefinition check, CheckTarget target) throws AddressRefused {
    String text = text(check, target);
    URI uri;
    try {
      uri = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new AddressRefused("\"" + text + "\" is no address");
    }
    String scheme = String.valueOf(uri.getScheme());
    if (!scheme.equalsIgnoreCase("http") && !scheme.equalsIgnoreCase("https")) {
      throw new AddressRefused("only http and https are asked, not \"" + scheme + "\"");
    }
    if (uri.getHost() == null || uri.getRawUserInfo() != null) {
      throw new AddressRefused("an address to ask has a host, and nobody's name before it");
    }
    return uri;
  }

  private static String text(CheckDefinition check, CheckTarget target) {
    Http http = check.http();
    ServiceDefinition service = target.service();
    if (http.url() != null) {
      return http.url();
    }
    int port = target.port(check);
    if (port == 0 && service.url() != null) {
      return service.url().replaceFirst("(?i)^(https?://[^/?#]*).*$", "$1") + http.path();
    }
    String address = target.address(check);
    String host =
        address.indexOf(':') >= 0 && !address.startsWith("[") ? "[" + address + "]" : address;
    return http.scheme() + "://" + host + (port == 0 ? "" : ":" + port) + http.path();
  }

  private static Future<Answer> send(
      HttpClientConnection connection, CheckDefinition check, Peer peer, URI uri) {
    Http http = check.http();
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.valueOf(http.method()))
            .setHost(peer.host())
            .setPort(peer.port())
            .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
            .setFollowRedirects(false);
    return connection
        .request(options)
        .compose(
            request -> {
              http.headers().forEach(request.headers()::set);
              return http.body() == null
                  ? request.send()
                  : request.send(Buffer.buffer(http.body()));
            })
        .compose(response -> read(response, http.contains()));
  }

  private static Future<Answer> read(HttpClientResponse response, String wanted) {
    // closes after reading enough, which is no error to be logged
    response.exceptionHandler(cut -> {});
    if (wanted == null) {
      return Future.succeededFuture(new Answer(response.statusCode(), ""));
    }
    Promise<Answer> answer = Promise.promise();
    Buffer body = Buffer.buffer();
    Runnable end = () -> answer.tryComplete(new Answer(response.statusCode(), body.toString()));
    response.handler(
        part -> {
          body.appendBuffer(part, 0, Math.min(part.length(), MOST_READ - body.length()));
          if (body.length() >= MOST_READ || body.toString().contains(wanted)) {
            end.run();
          }
        });
    response.exceptionHandler(answer::tryFail);
    response.endHandler(ended -> end.run());
    return answer.future();
  }

  private static ProbeResult judged(Http http, Answer answer) {
    if (!http.expected().includes(answer.status)) {
      return ProbeResult.failed("status %d, not %s".formatted(answer.status, http.expected()));
    }
    if (http.contains() != null && !answer.body.contains(http.contains())) {
      return ProbeResult.failed("the answer does not contain what it should");
    }
    return ProbeResult.well();
  }
}

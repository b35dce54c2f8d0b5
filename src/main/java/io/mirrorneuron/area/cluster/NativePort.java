package io.mirrorneuron.area.cluster;

import io.mirrorneuron.server.ListeningPorts.Listener;
import java.net.URI;

/**
 * A port that somebody listens on.
 *
 * @param name {@code api} and {@code core_grpc} are doors of this server; others go by protocol and
 *     number
 * @param label for people
 * @param port a number
 * @param target where clients find it
 */
public record NativePort(String name, String label, String host, String port, String target) {

  /**
   * @param url with a host, and a port unless it is that of its scheme
   */
  static NativePort ofUrl(String name, String label, String url) {
    URI uri = URI.create(url);
    int port = uri.getPort() > 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
    return new NativePort(name, label, uri.getHost(), Integer.toString(port), url);
  }

  /**
   * @param target {@code host:port}
   */
  static NativePort ofTarget(String name, String label, String target) {
    int colon = target.lastIndexOf(':');
    return new NativePort(
        name, label, target.substring(0, Math.max(0, colon)), target.substring(colon + 1), target);
  }

  static NativePort of(Listener other) {
    String host = other.host();
    return new NativePort(
        other.protocol() + "-" + other.port(),
        "in use",
        host,
        Integer.toString(other.port()),
        (host.contains(":") ? "[" + host + "]" : host) + ":" + other.port());
  }
}

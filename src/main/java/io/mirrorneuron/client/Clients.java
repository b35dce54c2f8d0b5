package io.mirrorneuron.client;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.storage.Readiness;
import io.vertx.core.Vertx;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;

/** A connection to one runtime and the ports that use it. */
public final class Clients implements AutoCloseable {
  private static final int DEFAULT_PORT = 55051;

  private final GrpcCalls calls;
  private final JobsClient jobs;
  private final ClusterClient cluster;

  private Clients(Vertx vertx, GrpcCalls calls) {
    this.calls = calls;
    this.jobs = new GrpcJobsClient(vertx, calls);
    this.cluster = new GrpcClusterClient(calls);
  }

  /**
   * Makes clients for the configured target. Connects when first used, and again whenever needed.
   */
  public static Clients connect(Vertx vertx, Config.Grpc config) {
    return new Clients(
        vertx,
        new GrpcCalls(vertx, address(config.target()), config.timeout(), config.authToken()));
  }

  public JobsClient jobs() {
    return jobs;
  }

  public ClusterClient cluster() {
    return cluster;
  }

  /** Whether the runtime says that it serves. */
  public Readiness readiness() {
    return new GrpcReadiness(calls);
  }

  @Override
  public void close() {
    calls.close();
  }

  static SocketAddress address(String target) {
    HostAndPort parsed = HostAndPort.parseAuthority(target, DEFAULT_PORT);
    if (parsed == null) {
      throw new IllegalArgumentException("\"" + target + "\" is not host:port");
    }
    String host = parsed.host();
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    return SocketAddress.inetSocketAddress(
        parsed.port(), bracketed ? host.substring(1, host.length() - 1) : host);
  }
}

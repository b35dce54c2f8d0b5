package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.proto.cluster.v1.NetworkHandshakeRequest;
import io.mirrorneuron.proto.cluster.v1.NetworkHandshakeResponse;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.cluster.NodeDocument;
import io.mirrorneuron.runtime.cluster.NodeIdentity;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** Tells who knows the join token how this node is reached, and nobody else anything. */
final class Handshakes {
  /**
   * The port at which nodes of the original runtime listen for each other; only reported, nothing
   * listens there.
   */
  private static final int DISTRIBUTION_PORT = 4370;

  private static final int REDIS_PORT = 6379;

  private final NodeIdentity identity;
  private final Supplier<Hardware> hardware;
  private final Config.Grpc config;
  private final boolean sharesTokens;
  private final IntSupplier port;
  private final WrongTokens wrong =
      new WrongTokens(
          () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), TimeUnit.MILLISECONDS::sleep);

  /**
   * @param port at which this door listens
   */
  Handshakes(
      NodeIdentity identity,
      Supplier<Hardware> hardware,
      Config.Grpc config,
      boolean sharesTokens,
      IntSupplier port) {
    this.identity = identity;
    this.hardware = hardware;
    this.config = config;
    this.sharesTokens = sharesTokens;
    this.port = port;
  }

  NetworkHandshakeResponse answer(NetworkHandshakeRequest request, Call call) {
    wrong.check(config.joinToken(), request.getToken().strip(), call.source());
    NetworkHandshakeResponse.Builder answer =
        NetworkHandshakeResponse.newBuilder()
            .setNodeName(identity.name())
            .setRuntimeMode(identity.runtimeMode())
            .setGrpcHost(identity.advertisedHost())
            .setGrpcPort(identity.grpcPort() > 0 ? identity.grpcPort() : port.getAsInt())
            .setDistPort(DISTRIBUTION_PORT)
            .setClusterNodes(String.join(",", identity.clusterNodes()))
            .setNetworkOnly(identity.networkOnly())
            .setNodeInfoJson(NodeDocument.info(identity, hardware.get()));
    if (sharesTokens) {
      answer
          .setGrpcAuthToken(config.authToken().value())
          .setGrpcAdminToken(config.adminToken().value());
    }
    return withRedis(answer, identity.redisUrl()).build();
  }

  private static NetworkHandshakeResponse.Builder withRedis(
      NetworkHandshakeResponse.Builder answer, Secret url) {
    if (!url.isSet()) {
      return answer;
    }
    URI redis = URI.create(url.value());
    return answer
        .setRedisHost(redis.getHost())
        .setRedisPort(redis.getPort() < 0 ? REDIS_PORT : redis.getPort())
        .setRedisUrl(url.value());
  }
}

package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.proto.cluster.v1.NetworkHandshakeRequest;
import io.mirrorneuron.proto.cluster.v1.NetworkHandshakeResponse;
import io.mirrorneuron.runtime.cluster.NodeDocument;
import io.mirrorneuron.runtime.cluster.NodeIdentity;
import io.mirrorneuron.runtime.join.ClusterJoin.Invitation;
import java.net.URI;
import java.util.function.IntSupplier;

/** Tells callers with the join token how this node is reached, and other callers nothing. */
final class Handshakes {
  /** Port of the original runtime's node distribution; only reported, nothing listens there. */
  private static final int DISTRIBUTION_PORT = 4370;

  private static final int REDIS_PORT = 6379;

  private final RuntimeServer.Parts parts;
  private final Config.Grpc config;
  private final IntSupplier port;
  private final WrongTokens wrong;

  /**
   * @param port of this endpoint
   */
  Handshakes(RuntimeServer.Parts parts, Config.Grpc config, IntSupplier port, WrongTokens wrong) {
    this.parts = parts;
    this.config = config;
    this.port = port;
    this.wrong = wrong;
  }

  NetworkHandshakeResponse answer(NetworkHandshakeRequest request, Call call) {
    Invitation shown =
        wrong.check(parts.clusterJoin().invitations(), request.getToken().strip(), call.source());
    NodeIdentity identity = parts.identity();
    NetworkHandshakeResponse.Builder answer =
        NetworkHandshakeResponse.newBuilder()
            .setNodeName(identity.name())
            .setRuntimeMode(identity.runtimeMode())
            .setGrpcHost(identity.advertisedHost())
            .setGrpcPort(identity.grpcPort() > 0 ? identity.grpcPort() : port.getAsInt())
            .setDistPort(DISTRIBUTION_PORT)
            .setClusterNodes(String.join(",", identity.clusterNodes()))
            .setNetworkOnly(identity.networkOnly())
            .setNodeInfoJson(
                NodeDocument.info(identity, parts.hardware().get(), parts.store().get()));
    if (parts.sharesTokens()) {
      answer
          .setGrpcAuthToken(config.authToken().value())
          .setGrpcAdminToken(config.adminToken().value());
    }
    return withRedis(answer, shown.redisUrl()).build();
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

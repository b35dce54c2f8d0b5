package io.mirrorneuron.runtime.grpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.CapacityReport;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.service.ServicesPort;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcService;
import io.mirrorneuron.proto.cluster.v1.GetResourceRequest;
import io.mirrorneuron.proto.cluster.v1.GetResourceResponse;
import io.mirrorneuron.proto.cluster.v1.GetSystemSummaryRequest;
import io.mirrorneuron.proto.cluster.v1.GetSystemSummaryResponse;
import io.mirrorneuron.proto.cluster.v1.NetworkHandshakeRequest;
import io.mirrorneuron.proto.cluster.v1.NetworkHandshakeResponse;
import io.mirrorneuron.proto.cluster.v1.SetResourceRequest;
import io.mirrorneuron.proto.cluster.v1.SetResourceResponse;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.cluster.NodeIdentity;
import io.mirrorneuron.wire.Json;
import io.vertx.grpc.server.Service;
import java.net.URI;
import java.util.function.Supplier;

/** The calls about nodes and what they can carry. */
final class ClusterCalls {
  /**
   * The port at which nodes of the original runtime listen for each other; only reported, nothing
   * listens there.
   */
  private static final int DISTRIBUTION_PORT = 4370;

  private static final int REDIS_PORT = 6379;

  private final ClusterPort cluster;
  private final UpkeepCalls upkeep;
  private final ServiceCalls services;
  private final NodeIdentity identity;
  private final Supplier<Hardware> hardware;
  private final Config.Grpc config;

  ClusterCalls(
      ClusterPort cluster,
      ServicesPort services,
      NodeIdentity identity,
      Supplier<Hardware> hardware,
      Config.Grpc config) {
    this.cluster = cluster;
    this.upkeep = new UpkeepCalls(cluster.upkeep());
    this.services = new ServiceCalls(services);
    this.identity = identity;
    this.hardware = hardware;
    this.config = config;
  }

  Service service(CallDispatcher door) {
    return upkeep
        .bind(
            services.bind(
                door.service(
                    ClusterServiceGrpcService.SERVICE_NAME,
                    ClusterServiceGrpcService.SERVICE_DESCRIPTOR,
                    ClusterServiceGrpcService.all())))
        .unary(ClusterServiceGrpcService.NetworkHandshake, this::handshake)
        .unary(ClusterServiceGrpcService.GetSystemSummary, this::summary)
        .unary(ClusterServiceGrpcService.GetResource, this::resource)
        .unary(ClusterServiceGrpcService.SetResource, this::setResource)
        .build();
  }

  private NetworkHandshakeResponse handshake(NetworkHandshakeRequest request) {
    if (!config.joinToken().matches(request.getToken().strip())) {
      throw new MnException(
          ErrorCode.UNAUTHENTICATED, "unauthenticated", "valid MN_NETWORK_JOIN_TOKEN is required");
    }
    NetworkHandshakeResponse.Builder answer =
        NetworkHandshakeResponse.newBuilder()
            .setNodeName(identity.name())
            .setRuntimeMode(identity.runtimeMode())
            .setGrpcHost(identity.advertisedHost())
            .setGrpcPort(identity.grpcPort())
            .setDistPort(DISTRIBUTION_PORT)
            .setClusterNodes(String.join(",", identity.clusterNodes()))
            .setNetworkOnly(identity.networkOnly())
            .setNodeInfoJson(Json.write(nodeInfo()))
            .setGrpcAuthToken(config.authToken().value())
            .setGrpcAdminToken(config.adminToken().value());
    if (!identity.redisUrl().isEmpty()) {
      URI redis = URI.create(identity.redisUrl());
      answer
          .setRedisHost(redis.getHost())
          .setRedisPort(redis.getPort() < 0 ? REDIS_PORT : redis.getPort())
          .setRedisUrl(identity.redisUrl());
    }
    return answer.build();
  }

  private ObjectNode nodeInfo() {
    Hardware machine = hardware.get();
    ObjectNode info =
        Json.object()
            .put("node_name", identity.name())
            .put("node_role", identity.role())
            .put("display_name", identity.displayName())
            .put("hostname", identity.hostname())
            .put("cpu_cores", machine.cpu().logicalProcessors())
            .put("cpu_model", machine.cpu().model())
            .put("gpu_count", machine.gpus().size())
            .put("gpu_model", machine.gpus().isEmpty() ? null : machine.gpus().getFirst().name());
    machine.gpus().forEach(gpu -> info.withArray("/gpu_models").add(gpu.name()));
    info.withArray("/gpu_models");
    return info.put("memory_gb", Hardware.gigabytes(machine.memory().totalBytes()));
  }

  private GetSystemSummaryResponse summary(GetSystemSummaryRequest request) {
    return GetSystemSummaryResponse.newBuilder()
        .setSummaryJson(AnswerBudget.rows(cluster.summary().json(), "jobs"))
        .build();
  }

  private GetResourceResponse resource(GetResourceRequest request) {
    return GetResourceResponse.newBuilder().setResourceJson(Json.write(cluster.resource())).build();
  }

  private SetResourceResponse setResource(SetResourceRequest request) {
    CapacityReport report = cluster.setResource(limits(request.getResourceJson()));
    return SetResourceResponse.newBuilder().setResourceJson(Json.write(report)).build();
  }

  private static ObjectNode limits(String text) {
    JsonNode body;
    try {
      body = text.isBlank() ? Json.object() : Json.parse(text);
    } catch (JsonProcessingException e) {
      throw MnException.malformed("resource body must be valid JSON: " + e.getOriginalMessage());
    }
    if (body instanceof ObjectNode limits) {
      return limits;
    }
    throw MnException.invalid("resource limits must be an object");
  }
}

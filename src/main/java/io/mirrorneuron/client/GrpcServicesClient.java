package io.mirrorneuron.client;

import io.mirrorneuron.port.node.ServiceFilter;
import io.mirrorneuron.port.node.ServiceReport;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.proto.cluster.v1.CheckServicesRequest;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcClient;
import io.mirrorneuron.proto.cluster.v1.ListServicesRequest;
import io.mirrorneuron.proto.cluster.v1.ResolveServiceRequest;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;

/** {@link ServicesPort} of a runtime behind gRPC. */
final class GrpcServicesClient implements ServicesPort {
  private final GrpcCalls calls;

  GrpcServicesClient(GrpcCalls calls) {
    this.calls = calls;
  }

  @Override
  public Registered list(ServiceFilter filter) {
    ListServicesRequest request =
        ListServicesRequest.newBuilder().setQueryJson(Json.write(filter)).build();
    return read(
        calls.call(ClusterServiceGrpcClient.ListServices, request).getResultJson(),
        Registered.class);
  }

  @Override
  public Resolved resolve(String name, ServiceFilter filter) {
    ResolveServiceRequest request =
        ResolveServiceRequest.newBuilder().setName(name).setQueryJson(Json.write(filter)).build();
    String answer = calls.call(ClusterServiceGrpcClient.ResolveService, request).getResultJson();
    // The original runtime tells the list alone.
    return Resolved.of(read(answer, Registered.class).services());
  }

  @Override
  public ServiceReport check(String requirements) {
    CheckServicesRequest request =
        CheckServicesRequest.newBuilder().setServicesJson(requirements).build();
    return read(
        calls.call(ClusterServiceGrpcClient.CheckServices, request).getResultJson(),
        ServiceReport.class);
  }

  private static <T> T read(String json, Class<T> record) {
    return LenientJson.read(Json.parseObject(json, "result_json"), record);
  }
}

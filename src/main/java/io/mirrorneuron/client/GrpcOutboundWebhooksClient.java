package io.mirrorneuron.client;

import io.mirrorneuron.port.schedule.NewTarget;
import io.mirrorneuron.port.schedule.NewWebhook;
import io.mirrorneuron.port.schedule.OutboundWebhooks;
import io.mirrorneuron.port.schedule.WebhookTarget;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.proto.ext.v1.ChangeWebhookRequest;
import io.mirrorneuron.proto.ext.v1.CreateWebhookRequest;
import io.mirrorneuron.proto.ext.v1.ExtJsonResponse;
import io.mirrorneuron.proto.ext.v1.ListWebhookDeliveriesRequest;
import io.mirrorneuron.proto.ext.v1.ListWebhooksRequest;
import io.mirrorneuron.proto.ext.v1.ReplayWebhookDeliveriesRequest;
import io.mirrorneuron.proto.ext.v1.RuntimeExtServiceGrpcClient;
import io.mirrorneuron.wire.Json;
import io.vertx.grpc.common.ServiceMethod;
import java.util.List;
import java.util.Map;

/** {@link OutboundWebhooks} of a runtime behind gRPC. */
final class GrpcOutboundWebhooksClient implements OutboundWebhooks {
  private final ExtensionCalls calls;

  /** Rows of both directions: those of the other one have no members of this. */
  private record All(List<Map<String, Object>> data) {}

  GrpcOutboundWebhooksClient(GrpcCalls calls) {
    this.calls = new ExtensionCalls(calls);
  }

  private <Q> WebhookTarget target(ServiceMethod<ExtJsonResponse, Q> method, Q request) {
    return calls.call(WebhookTarget.class, method, request);
  }

  @Override
  public WebhookTarget create(NewTarget wanted) {
    NewWebhook whole =
        new NewWebhook(
            wanted.name(),
            "outbound",
            null,
            null,
            null,
            wanted.url(),
            wanted.events(),
            wanted.filters());
    return target(
        RuntimeExtServiceGrpcClient.CreateWebhook,
        CreateWebhookRequest.newBuilder().setWebhookJson(Json.write(whole)).build());
  }

  @Override
  public List<WebhookTarget> list() {
    return calls
        .call(
            All.class,
            RuntimeExtServiceGrpcClient.ListWebhooks,
            ListWebhooksRequest.getDefaultInstance())
        .data()
        .stream()
        .filter(row -> Webhooks.isOutbound(row.get("webhook_id").toString()))
        .map(row -> Json.MAPPER.convertValue(row, WebhookTarget.class))
        .toList();
  }

  @Override
  public WebhookTarget get(String id) {
    return target(RuntimeExtServiceGrpcClient.GetWebhook, GrpcInboundWebhooksClient.of(id));
  }

  @Override
  public WebhookTarget rotate(String id) {
    return target(
        RuntimeExtServiceGrpcClient.RotateWebhook,
        ChangeWebhookRequest.newBuilder().setWebhookId(id).build());
  }

  @Override
  public WebhookTarget enable(String id) {
    return target(RuntimeExtServiceGrpcClient.EnableWebhook, GrpcInboundWebhooksClient.of(id));
  }

  @Override
  public void delete(String id) {
    calls.call(
        Map.class, RuntimeExtServiceGrpcClient.DeleteWebhook, GrpcInboundWebhooksClient.of(id));
  }

  @Override
  public Deliveries deliveries(String id, String state, int limit) {
    ListWebhookDeliveriesRequest request =
        ListWebhookDeliveriesRequest.newBuilder()
            .setWebhookId(id)
            .setState(state == null ? "" : state)
            .setLimit(limit)
            .build();
    return calls.call(Deliveries.class, RuntimeExtServiceGrpcClient.ListWebhookDeliveries, request);
  }

  @Override
  public Replayed replay(String id, String deliveryId) {
    ReplayWebhookDeliveriesRequest request =
        ReplayWebhookDeliveriesRequest.newBuilder()
            .setWebhookId(id)
            .setDeliveryId(deliveryId == null ? "" : deliveryId)
            .build();
    return calls.call(Replayed.class, RuntimeExtServiceGrpcClient.ReplayWebhookDeliveries, request);
  }
}

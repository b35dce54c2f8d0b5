package io.mirrorneuron.client;

import com.google.protobuf.ByteString;
import io.mirrorneuron.port.schedule.InboundWebhooks;
import io.mirrorneuron.port.schedule.InboundWebhooks.AcceptedHook;
import io.mirrorneuron.port.schedule.InboundWebhooks.HookDelivery;
import io.mirrorneuron.port.schedule.InboundWebhooks.InboundWebhook;
import io.mirrorneuron.port.schedule.InboundWebhooks.NewHook;
import io.mirrorneuron.port.schedule.OutboundWebhooks.NewWebhook;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.proto.ext.v1.ChangeWebhookRequest;
import io.mirrorneuron.proto.ext.v1.CreateWebhookRequest;
import io.mirrorneuron.proto.ext.v1.ListWebhooksRequest;
import io.mirrorneuron.proto.ext.v1.ReceiveHookRequest;
import io.mirrorneuron.proto.ext.v1.RuntimeExtServiceGrpcClient;
import io.mirrorneuron.proto.ext.v1.WebhookRequest;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** {@link InboundWebhooks} of a runtime behind gRPC. */
final class GrpcInboundWebhooksClient implements InboundWebhooks {
  private final ExtensionCalls calls;

  private record All(List<InboundWebhook> data) {}

  GrpcInboundWebhooksClient(GrpcCalls calls) {
    this.calls = new ExtensionCalls(calls);
  }

  @Override
  public InboundWebhook create(NewHook wanted) {
    NewWebhook whole =
        new NewWebhook(
            wanted.name(),
            "inbound",
            wanted.eventType(),
            wanted.signature(),
            wanted.secret(),
            null,
            null,
            null);
    CreateWebhookRequest request =
        CreateWebhookRequest.newBuilder().setWebhookJson(Json.write(whole)).build();
    return calls.call(InboundWebhook.class, RuntimeExtServiceGrpcClient.CreateWebhook, request);
  }

  @Override
  public List<InboundWebhook> list() {
    return calls
        .call(
            All.class,
            RuntimeExtServiceGrpcClient.ListWebhooks,
            ListWebhooksRequest.getDefaultInstance())
        .data()
        .stream()
        .filter(hook -> !Webhooks.isOutbound(hook.webhookId()))
        .toList();
  }

  static WebhookRequest of(String id) {
    return WebhookRequest.newBuilder().setWebhookId(id).build();
  }

  @Override
  public InboundWebhook get(String id) {
    return calls.call(InboundWebhook.class, RuntimeExtServiceGrpcClient.GetWebhook, of(id));
  }

  @Override
  public InboundWebhook change(String id, String secret, Duration overlap) {
    return calls.call(
        InboundWebhook.class,
        RuntimeExtServiceGrpcClient.UpdateWebhook,
        change(id, overlap).setSecret(secret == null ? "" : secret).build());
  }

  @Override
  public InboundWebhook rotate(String id, Duration overlap) {
    return calls.call(
        InboundWebhook.class,
        RuntimeExtServiceGrpcClient.RotateWebhook,
        change(id, overlap).build());
  }

  private static ChangeWebhookRequest.Builder change(String id, Duration overlap) {
    ChangeWebhookRequest.Builder request = ChangeWebhookRequest.newBuilder().setWebhookId(id);
    return overlap == null ? request : request.setOverlapSeconds(overlap.toSeconds());
  }

  @Override
  public void delete(String id) {
    calls.call(Map.class, RuntimeExtServiceGrpcClient.DeleteWebhook, of(id));
  }

  @Override
  public void requireKnown(String token) {
    ReceiveHookRequest request =
        ReceiveHookRequest.newBuilder().setToken(token).setCheckOnly(true).build();
    calls.call(Map.class, RuntimeExtServiceGrpcClient.ReceiveHook, request);
  }

  @Override
  public AcceptedHook receive(String token, HookDelivery delivery) {
    ReceiveHookRequest request =
        ReceiveHookRequest.newBuilder()
            .setToken(token)
            .putAllHeaders(delivery.headers())
            .setBody(ByteString.copyFrom(delivery.body()))
            .build();
    return calls.call(AcceptedHook.class, RuntimeExtServiceGrpcClient.ReceiveHook, request);
  }
}

package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.HookDelivery;
import io.mirrorneuron.port.schedule.NewWebhook;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.proto.ext.v1.ChangeWebhookRequest;
import io.mirrorneuron.proto.ext.v1.CreateWebhookRequest;
import io.mirrorneuron.proto.ext.v1.ExtJsonResponse;
import io.mirrorneuron.proto.ext.v1.ListWebhookDeliveriesRequest;
import io.mirrorneuron.proto.ext.v1.ReceiveHookRequest;
import io.mirrorneuron.proto.ext.v1.ReplayWebhookDeliveriesRequest;
import io.mirrorneuron.proto.ext.v1.RuntimeExtServiceGrpcService;
import io.mirrorneuron.proto.ext.v1.WebhookRequest;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The calls about webhooks. */
record WebhookCalls(Webhooks webhooks) {

  CallDispatcher.Entrance bind(CallDispatcher.Entrance entrance) {
    return entrance
        .unary(RuntimeExtServiceGrpcService.ListWebhooks, request -> list())
        .unary(RuntimeExtServiceGrpcService.CreateWebhook, this::create)
        .unary(RuntimeExtServiceGrpcService.GetWebhook, this::get)
        .unary(RuntimeExtServiceGrpcService.UpdateWebhook, this::update)
        .unary(RuntimeExtServiceGrpcService.RotateWebhook, this::rotate)
        .unary(
            RuntimeExtServiceGrpcService.EnableWebhook,
            request -> json(webhooks.outbound().enable(request.getWebhookId())))
        .unary(RuntimeExtServiceGrpcService.DeleteWebhook, this::delete)
        .unary(RuntimeExtServiceGrpcService.ListWebhookDeliveries, this::deliveries)
        .unary(RuntimeExtServiceGrpcService.ReplayWebhookDeliveries, this::replay)
        .unary(RuntimeExtServiceGrpcService.ReceiveHook, this::receive);
  }

  private ExtJsonResponse list() {
    List<Object> all = new ArrayList<>(webhooks.inbound().list());
    all.addAll(webhooks.outbound().list());
    return ExtJsonResponse.newBuilder()
        .setResultJson(AnswerBudget.rows(Json.MAPPER.valueToTree(Map.of("data", all)), "data"))
        .build();
  }

  private ExtJsonResponse create(CreateWebhookRequest request) {
    return json(Json.read(request.getWebhookJson(), NewWebhook.class, "webhook_json").in(webhooks));
  }

  private ExtJsonResponse get(WebhookRequest request) {
    String id = request.getWebhookId();
    return json(Webhooks.isOutbound(id) ? webhooks.outbound().get(id) : webhooks.inbound().get(id));
  }

  private ExtJsonResponse update(ChangeWebhookRequest request) {
    return json(webhooks.change(request.getWebhookId(), request.getSecret(), overlap(request)));
  }

  private ExtJsonResponse rotate(ChangeWebhookRequest request) {
    if (!request.getSecret().isEmpty()) {
      throw MnException.invalid("rotating makes a secret; give your own by UpdateWebhook");
    }
    return json(webhooks.rotate(request.getWebhookId(), overlap(request)));
  }

  private static Duration overlap(ChangeWebhookRequest request) {
    return request.hasOverlapSeconds() ? Duration.ofSeconds(request.getOverlapSeconds()) : null;
  }

  private ExtJsonResponse delete(WebhookRequest request) {
    webhooks.delete(request.getWebhookId());
    return json(Map.of("webhook_id", request.getWebhookId(), "status", "deleted"));
  }

  private ExtJsonResponse deliveries(ListWebhookDeliveriesRequest request) {
    String state = request.getState().isEmpty() ? null : request.getState();
    Object found =
        webhooks.outbound().deliveries(request.getWebhookId(), state, request.getLimit());
    return ExtJsonResponse.newBuilder()
        .setResultJson(AnswerBudget.rows(Json.MAPPER.valueToTree(found), "data"))
        .build();
  }

  private ExtJsonResponse replay(ReplayWebhookDeliveriesRequest request) {
    String delivery = request.getDeliveryId().isEmpty() ? null : request.getDeliveryId();
    return json(webhooks.outbound().replay(request.getWebhookId(), delivery));
  }

  private ExtJsonResponse receive(ReceiveHookRequest request) {
    if (request.getCheckOnly()) {
      webhooks.inbound().requireKnown(request.getToken());
      return json(Map.of());
    }
    var delivery = new HookDelivery(request.getBody().toByteArray(), request.getHeadersMap());
    return json(webhooks.inbound().receive(request.getToken(), delivery));
  }

  private static ExtJsonResponse json(Object answer) {
    return ExtJsonResponse.newBuilder().setResultJson(Json.write(answer)).build();
  }
}

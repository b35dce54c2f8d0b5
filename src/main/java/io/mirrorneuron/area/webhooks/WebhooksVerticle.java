package io.mirrorneuron.area.webhooks;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.MisspeltMembers;
import io.mirrorneuron.port.webhook.OutboundWebhooks;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;

/** The area {@code webhooks}. */
public final class WebhooksVerticle extends AreaVerticle {
  private static final int LIMIT = 32;

  /** What ids of outbound webhooks begin with. */
  private static final String OUTBOUND = "hook_out_";

  private final InboundHooks inbound;
  private final OutboundWebhooks outbound;

  private record Hooks(List<Object> data) {}

  private record Deleted(String webhookId, String status) {}

  /** Which of the dead are to wait again; null for all. */
  private record WantedAgain(String deliveryId) {}

  public WebhooksVerticle(InboundHooks inbound, OutboundWebhooks outbound) {
    super("webhooks", LIMIT);
    this.inbound = inbound;
    this.outbound = outbound;
    on("listWebhooks", this::list);
    on("createWebhook", this::create);
    on("getWebhook", call -> isOut(call) ? outbound.get(id(call)) : inbound.get(id(call)));
    on("rotateWebhook", call -> isOut(call) ? outbound.rotate(id(call)) : inbound.rotate(id(call)));
    on("enableWebhook", call -> outbound.enable(id(call)));
    on("deleteWebhook", this::delete);
    on("listWebhookDeliveries", this::deliveries);
    on("replayWebhookDeliveries", this::replay);
    on("receiveHook", this::receive);
    admits("receiveHook", call -> inbound.at(call.text("token")));
  }

  private static String id(ApiCall call) {
    return call.text("webhook_id");
  }

  private static boolean isOut(ApiCall call) {
    return id(call).startsWith(OUTBOUND);
  }

  private Hooks list(ApiCall call) {
    List<Object> all = new ArrayList<>(inbound.list());
    all.addAll(outbound.list());
    return new Hooks(all);
  }

  private Object create(ApiCall call) {
    MisspeltMembers.refuse(call, NewWebhook.MEMBERS);
    NewWebhook wanted = Json.read(call.body(), NewWebhook.class, "body");
    wanted.requireFitting();
    return wanted.isOutbound() ? outbound.create(wanted.target()) : inbound.create(wanted);
  }

  private Deleted delete(ApiCall call) {
    if (isOut(call)) {
      outbound.delete(id(call));
    } else {
      inbound.delete(id(call));
    }
    return new Deleted(id(call), "deleted");
  }

  private OutboundWebhooks.Deliveries deliveries(ApiCall call) {
    return outbound.deliveries(id(call), call.text("state"), (int) call.integer("limit"));
  }

  private OutboundWebhooks.Replayed replay(ApiCall call) {
    WantedAgain wanted = Json.read(call.body(), WantedAgain.class, "body");
    return outbound.replay(id(call), wanted.deliveryId());
  }

  private HookIntake.Accepted receive(ApiCall call) {
    return inbound.receive(call.text("token"), new Delivery(call.raw(), call::text));
  }
}

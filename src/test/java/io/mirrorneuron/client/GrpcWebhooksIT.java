package io.mirrorneuron.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.InboundWebhooks;
import io.mirrorneuron.port.schedule.InboundWebhooks.AcceptedHook;
import io.mirrorneuron.port.schedule.InboundWebhooks.HookDelivery;
import io.mirrorneuron.port.schedule.InboundWebhooks.InboundWebhook;
import io.mirrorneuron.port.schedule.InboundWebhooks.NewHook;
import io.mirrorneuron.port.schedule.OutboundWebhooks;
import io.mirrorneuron.port.schedule.OutboundWebhooks.NewTarget;
import io.mirrorneuron.port.schedule.OutboundWebhooks.WebhookTarget;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.security.StandardWebhooks;
import io.mirrorneuron.testing.GrpcRuntime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Webhooks of a runtime elsewhere are the same as those of one in this process. */
class GrpcWebhooksIT {
  /** The time of the runtime: 2026-01-02T03:04:05.100Z. */
  private static final String NOW = "1767323045";

  private static GrpcRuntime server;
  private static Clients clients;
  private static InboundWebhooks inbound;
  private static OutboundWebhooks outbound;

  @BeforeAll
  static void start() {
    server = GrpcRuntime.start();
    clients = server.connect();
    inbound = clients.ports().webhooks().inbound();
    outbound = clients.ports().webhooks().outbound();
  }

  @AfterAll
  static void stop() {
    clients.close();
    server.close();
  }

  private static HookDelivery signed(String secret, String id, byte[] body) {
    return new HookDelivery(
        body,
        Map.of(
            "webhook-id",
            id,
            "webhook-timestamp",
            NOW,
            "webhook-signature",
            StandardWebhooks.sign(secret, id, NOW, body)));
  }

  @Test
  void whatIsSentToAGatewayBecomesAnEventOfTheRuntime() {
    InboundWebhook hook = inbound.create(new NewHook("shop", "order_paid", null, null));
    inbound.requireKnown(hook.token());
    byte[] body = {(byte) 0xff, 0, '{'}; // the very bytes are signed, whatever they are
    HookDelivery delivery = signed(hook.secret(), "msg_1", body);
    AcceptedHook accepted = inbound.receive(hook.token(), delivery);
    assertThat(accepted.status()).isEqualTo("emitted");
    assertThat(inbound.receive(hook.token(), delivery))
        .isEqualTo(new AcceptedHook(accepted.eventId(), "known"));
    TriggerEvent event = clients.events().list(1).data().getFirst();
    assertThat(event.eventId()).isEqualTo(accepted.eventId());
    assertThat(event.source()).isEqualTo("webhook:shop");

    HookDelivery wrong = signed("another-secret-of-nobody", "msg_2", body);
    assertThatThrownBy(() -> inbound.receive(hook.token(), wrong))
        .isInstanceOfSatisfying(
            MnException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN);
              assertThat(e.error()).isEqualTo("invalid_signature");
            });
    assertThatThrownBy(() -> inbound.requireKnown("nobody"))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND))
        .hasMessageNotContaining("nobody");
  }

  @Test
  void anAddressIsLookedAfter() {
    InboundWebhook hook = inbound.create(new NewHook("a", null, "github", "secret-of-the-sender"));
    String id = hook.webhookId();
    assertThat(inbound.list()).contains(inbound.get(id));
    assertThat(inbound.get(id).secret()).isNull();
    assertThat(inbound.change(id, "another-of-the-sender", Duration.ofHours(1)).previousUntil())
        .isEqualTo("2026-01-02T04:04:05.100Z");
    InboundWebhook rotated = inbound.rotate(id, Duration.ZERO);
    assertThat(rotated.previousUntil()).isNull();
    assertThat(rotated.token()).isNotEqualTo(hook.token());
    assertThatThrownBy(() -> inbound.change(id, "short", null))
        .hasMessage("secret must have 16 to 255 characters");
    inbound.delete(id);
    assertThatThrownBy(() -> inbound.get(id))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
  }

  @Test
  void whatNoRestGatewayHasCheckedIsCheckedToo() {
    assertThatThrownBy(() -> inbound.create(new NewHook(" ", null, null, null)))
        .hasMessage("name is required");
    assertThatThrownBy(() -> inbound.create(new NewHook("a\nb", null, null, null)))
        .hasMessageContaining("no control characters");
    assertThatThrownBy(() -> inbound.create(new NewHook("a", null, "md5", null)))
        .hasMessage("signature must be generic, github, stripe or none");
    assertThatThrownBy(() -> inbound.create(new NewHook("a", "x".repeat(201), null, null)))
        .hasMessageContaining("at most 200 characters");
    assertThatThrownBy(() -> outbound.create(new NewTarget("a", null, List.of(), null)))
        .isInstanceOf(MnException.class);
  }

  @Test
  void aTargetIsLookedAfter() {
    Map<String, Object> filters = Map.of("graph_id", "nightly");
    WebhookTarget target =
        outbound.create(
            new NewTarget("ops", "https://nobody.invalid/?key=x", List.of("job_*"), filters));
    String id = target.webhookId();
    assertThat(target.secret()).startsWith("whsec_");
    assertThat(outbound.list()).contains(outbound.get(id));
    assertThat(inbound.list()).noneMatch(hook -> hook.webhookId().equals(id));
    assertThat(outbound.get(id).filters()).isEqualTo(filters);
    assertThat(outbound.rotate(id).secret()).isNotEqualTo(target.secret());
    assertThat(outbound.enable(id).status()).isEqualTo("active");
    assertThat(outbound.deliveries(id, null, 0).data()).isEmpty();
    assertThat(outbound.replay(id, null).replayed()).isZero();
    assertThatThrownBy(() -> outbound.replay(id, "none")).hasMessageContaining("not found");
    assertThatThrownBy(() -> outbound.deliveries(id, "lost", 0))
        .hasMessage("state must be pending, dead or delivered");
    outbound.delete(id);
    assertThatThrownBy(() -> outbound.get(id)).hasMessageContaining("not found");
  }
}

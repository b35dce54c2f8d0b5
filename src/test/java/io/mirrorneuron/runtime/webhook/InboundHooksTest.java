package io.mirrorneuron.runtime.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.InboundWebhooks.HookDelivery;
import io.mirrorneuron.port.schedule.InboundWebhooks.InboundWebhook;
import io.mirrorneuron.port.schedule.InboundWebhooks.NewHook;
import io.mirrorneuron.security.StandardWebhooks;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.testing.FakeEvents;
import io.mirrorneuron.testing.InMemoryRecordStore;
import io.mirrorneuron.testing.TurnedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Addresses and secrets that change while senders go on sending. */
class InboundHooksTest {
  private static final String CHOSEN = "whsec_bm90LWEtc2VjcmV0LWJ1dC1sb25n";

  private final TurnedClock clock = new TurnedClock(Instant.parse("2026-06-20T10:00:00Z"));
  private final FakeEvents events = new FakeEvents();
  private final RecordStore records = new InMemoryRecordStore();
  private final InboundHooks hooks = new InboundHooks(records, events.port(), clock);
  private int sent;

  private String send(String token, String secret) {
    String id = "msg_" + sent++;
    return send(token, secret, id);
  }

  private String send(String token, String secret, String id) {
    String time = Long.toString(clock.instant().getEpochSecond());
    byte[] body = "{\"a\":1}".getBytes(UTF_8);
    Map<String, String> headers =
        Map.of(
            "webhook-id",
            id,
            "webhook-timestamp",
            time,
            "webhook-signature",
            StandardWebhooks.sign(secret, id, time, body));
    return hooks.receive(token, new HookDelivery(body, headers)).status();
  }

  private void refused(String token, String secret, ErrorCode code) {
    assertThatThrownBy(() -> send(token, secret))
        .isInstanceOfSatisfying(MnException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private InboundWebhook made() {
    return hooks.create(new NewHook("shop", "paid", null, null));
  }

  @Test
  void aBodyThatIsNestedTooDeeplyIsRefusedInWordsForItsSender() {
    InboundWebhook open = hooks.create(new NewHook("open", "paid", "none", null));
    byte[] deep = ("[".repeat(1_100) + "]".repeat(1_100)).getBytes(UTF_8);
    assertThatThrownBy(() -> hooks.receive(open.token(), new HookDelivery(deep, Map.of())))
        .isInstanceOf(MnException.class)
        .hasMessage("the body is nested too deeply; a payload has 64 levels at most");
  }

  @Test
  void forADayAfterARotationOldAndNewAreAccepted() {
    InboundWebhook old = made();
    InboundWebhook now = hooks.rotate(old.webhookId(), null);
    assertThat(now.previousUntil()).isEqualTo("2026-06-21T10:00:00.000Z");
    for (InboundWebhook each : new InboundWebhook[] {old, now}) {
      assertThat(send(each.token(), each.secret())).isEqualTo("emitted");
    }
    assertThat(send(old.token(), now.secret())).as("half of the way").isEqualTo("emitted");
    assertThat(send(old.token(), old.secret(), "again")).isEqualTo("emitted");
    assertThat(send(now.token(), now.secret(), "again")).as("told again").isEqualTo("known");

    clock.turn(Duration.ofDays(1).minusSeconds(1));
    assertThat(send(old.token(), old.secret())).isEqualTo("emitted");
    clock.turn(Duration.ofSeconds(1));
    refused(old.token(), old.secret(), ErrorCode.NOT_FOUND);
    refused(now.token(), old.secret(), ErrorCode.FORBIDDEN);
    assertThat(send(now.token(), now.secret())).isEqualTo("emitted");
    assertThat(hooks.get(old.webhookId()).previousUntil()).isNull();
  }

  @Test
  void aRotationAtOnceLeavesNothingOpen() {
    InboundWebhook old = made();
    InboundWebhook now = hooks.rotate(old.webhookId(), Duration.ZERO);
    assertThat(now.previousUntil()).isNull();
    refused(old.token(), old.secret(), ErrorCode.NOT_FOUND);
    refused(now.token(), old.secret(), ErrorCode.FORBIDDEN);
    assertThat(send(now.token(), now.secret())).isEqualTo("emitted");
  }

  /** Who rotates since a secret has leaked does not want that of the last rotation open. */
  @Test
  void aSecondRotationEndsTheOverlapOfTheFirst() {
    InboundWebhook first = made();
    InboundWebhook second = hooks.rotate(first.webhookId(), null);
    InboundWebhook third = hooks.rotate(first.webhookId(), Duration.ZERO);
    refused(first.token(), first.secret(), ErrorCode.NOT_FOUND);
    refused(second.token(), second.secret(), ErrorCode.NOT_FOUND);
    refused(third.token(), first.secret(), ErrorCode.FORBIDDEN);
    assertThat(send(third.token(), third.secret())).isEqualTo("emitted");
    assertThat(addresses()).as("nothing is left of the old ones").isEqualTo(1);
    hooks.delete(first.webhookId());
    assertThat(addresses()).isZero();
  }

  private int addresses() {
    return records.list("webhook-tokens", "", 10).toCompletableFuture().join().size();
  }

  @Test
  void aSecretThatTheSenderHasChosenComesAfterTheAddress() {
    InboundWebhook hook = made();
    InboundWebhook changed = hooks.change(hook.webhookId(), CHOSEN, Duration.ofMinutes(10));
    assertThat(changed.secret()).as("it is known").isNull();
    assertThat(changed.token()).isNull();
    assertThat(send(hook.token(), CHOSEN)).isEqualTo("emitted");
    assertThat(send(hook.token(), hook.secret())).isEqualTo("emitted");
    clock.turn(Duration.ofMinutes(10));
    refused(hook.token(), hook.secret(), ErrorCode.FORBIDDEN);
    assertThat(send(hook.token(), CHOSEN)).isEqualTo("emitted");
    assertThat(addresses()).isEqualTo(1);
  }

  @Test
  void stripeSignsWithTheWholeSecretAsText() {
    InboundWebhook hook = hooks.create(new NewHook("stripe", null, "stripe", null));
    String secret = "whsec_of-stripe-which-is-no-base64!";
    hooks.change(hook.webhookId(), secret, Duration.ZERO);
    String time = Long.toString(clock.instant().getEpochSecond());
    byte[] body = "{}".getBytes(UTF_8);
    String hex =
        HexFormat.of()
            .formatHex(
                StandardWebhooks.hmac(secret.getBytes(UTF_8), (time + ".").getBytes(UTF_8), body));
    Map<String, String> headers = Map.of("stripe-signature", "t=" + time + ",v1=" + hex);
    assertThat(hooks.receive(hook.token(), new HookDelivery(body, headers)).status())
        .isEqualTo("emitted");
  }

  @Test
  void anAddressWithoutSignaturesHasAnOverlapToo() {
    InboundWebhook old = hooks.create(new NewHook("open", null, "none", null));
    InboundWebhook now = hooks.rotate(old.webhookId(), null);
    for (InboundWebhook each : new InboundWebhook[] {old, now}) {
      HookDelivery empty = new HookDelivery(new byte[0], Map.of());
      assertThat(hooks.receive(each.token(), empty).status()).isEqualTo("emitted");
    }
    assertThatThrownBy(() -> hooks.change(old.webhookId(), CHOSEN, null))
        .hasMessage("secret means nothing without a signature");
  }

  @ParameterizedTest
  @CsvSource({
    "-1,overlap_seconds must be from 0 to 604800",
    "604801,overlap_seconds must be from 0 to 604800"
  })
  void anOverlapHasItsLimits(long seconds, String message) {
    String id = made().webhookId();
    assertThatThrownBy(() -> hooks.rotate(id, Duration.ofSeconds(seconds))).hasMessage(message);
    assertThatThrownBy(() -> hooks.change(id, CHOSEN, Duration.ofSeconds(seconds)))
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource({
    "short,secret must have 16 to 255 characters",
    "whsec_!!!!!!!!!!!!!!!!!!,'secret must be whsec_ and base64, or text that does not begin so'"
  })
  void whatCanBeNoSecretIsRefusedAndChangesNothing(String secret, String message) {
    InboundWebhook hook = made();
    assertThatThrownBy(() -> hooks.change(hook.webhookId(), secret, null)).hasMessage(message);
    assertThat(send(hook.token(), hook.secret())).isEqualTo("emitted");
    assertThat(hooks.get(hook.webhookId()).previousUntil()).isNull();
  }
}

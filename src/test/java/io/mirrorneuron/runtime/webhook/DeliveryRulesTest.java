package io.mirrorneuron.runtime.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.OutboundWebhooks.NewTarget;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.webhook.DeliveryRules.DeliveryOutcome;
import io.mirrorneuron.runtime.webhook.WebhookKeeper.LocalWebhooks.TargetRules;
import io.mirrorneuron.store.DeliveryQueue.Fate;
import io.mirrorneuron.store.DeliveryQueue.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DeliveryRulesTest {
  private static final String AT = "2026-01-02T03:04:05.006Z";

  private static Verdict after(int tries, int status) {
    return DeliveryRules.after(tries, new DeliveryOutcome(status, "status " + status, ""), AT, 0);
  }

  @Test
  void tenTriesAreAllWithinADayHoweverLongEachTakes() {
    long last = 0;
    for (int tries = 1; tries < DeliveryRules.MOST_TRIES; tries++) {
      long wait = DeliveryRules.pause(tries, 0);
      assertThat(wait).as("after try " + tries).isGreaterThan(last);
      assertThat(DeliveryRules.pause(tries, 1)).isEqualTo(wait + wait / 4);
      last = wait;
    }
    long longest =
        LongStream.range(1, DeliveryRules.MOST_TRIES)
            .map(tries -> DeliveryRules.alone((int) tries, 1))
            .sum();
    assertThat(longest).isBetween(Duration.ofHours(20).toMillis(), Duration.ofDays(1).toMillis());
  }

  @Test
  void whatIsNotWellIsTriedAgainUntilItIsDead() {
    for (int status : new int[] {0, 301, 307, 400, 404, 429, 500, 503}) {
      Verdict verdict = after(1, status);
      assertThat(verdict.fate()).as("" + status).isEqualTo(Fate.RETRY);
      assertThat(verdict.delayMs()).isEqualTo(5_000);
    }
    assertThat(after(9, 500).fate()).isEqualTo(Fate.RETRY);
    assertThat(after(10, 500).fate()).isEqualTo(Fate.DEAD);
    assertThat(after(10, 500).why())
        .isEqualTo("none of 10 tries was a success; the last one: status 500");
    assertThat(DeliveryRules.lost(AT).fate()).isEqualTo(Fate.DEAD);
  }

  @Test
  void anythingFrom200To299IsASuccessAnd410IsTheEnd() {
    assertThat(after(10, 200).fate()).isEqualTo(Fate.DELIVERED);
    assertThat(after(1, 299).fate()).isEqualTo(Fate.DELIVERED);
    assertThat(after(1, 410).fate()).isEqualTo(Fate.DISABLED);
  }

  @Test
  void aRotatedSecretSignsForADayBesideTheNewOne() {
    Instant now = Instant.parse(AT);
    Target target =
        new Target(
            "h", "t", "u", List.of("job_*"), null, List.of(new Target.Key("one", 0)), AT, AT);
    Target rotated = target.rotated("two", now, AT);
    assertThat(rotated.signing(now)).containsExactly("two", "one");
    assertThat(rotated.signing(now.plusSeconds(86_399))).containsExactly("two", "one");
    assertThat(rotated.signing(now.plusSeconds(86_400))).containsExactly("two");
    assertThat(rotated.rotated("three", now, AT).signing(now)).containsExactly("three", "two");
  }

  private static Target wanting(Map<String, Object> filters, String... events) {
    return new Target(
        "h", "t", "u", List.of(events), filters, List.of(new Target.Key("s", 0)), AT, AT);
  }

  @Test
  void aTargetGetsWhatItWants() {
    TriggerEvent failed =
        new TriggerEvent("1", "job_failed", "runtime", Map.of("graph_id", "nightly"), AT);
    assertThat(wanting(null, "job_failed").wants(failed)).isTrue();
    assertThat(wanting(null, "job_*").wants(failed)).isTrue();
    assertThat(wanting(null, "*").wants(failed)).isTrue();
    assertThat(wanting(null, "job_completed", "service_*").wants(failed)).isFalse();
    assertThat(wanting(Map.of("graph_id", "nightly"), "job_*").wants(failed)).isTrue();
    assertThat(wanting(Map.of("graph_id", "daily"), "job_*").wants(failed)).isFalse();
    String before = "2026-01-02T03:02:00.000Z";
    TriggerEvent old = new TriggerEvent("1", "job_failed", "runtime", Map.of(), before);
    assertThat(wanting(null, "job_failed").wants(old)).as("there was no target").isFalse();
  }

  private static void refused(String because, NewTarget wanted) {
    assertThatThrownBy(() -> TargetRules.check(wanted))
        .isInstanceOf(MnException.class)
        .hasMessageContaining(because);
  }

  @Test
  void whatCouldNotBeToldAnythingIsRefusedWithWhatWouldBeRight() {
    List<String> events = List.of("job_failed");
    TargetRules.check(new NewTarget("n", "https://h.example:8443/x?y=1", events, null));
    refused("name must have", new NewTarget("", "https://h.example", events, null));
    refused("url must be an address", new NewTarget("n", null, events, null));
    refused("begins otherwise", new NewTarget("n", "ftp://h.example", events, null));
    refused("a user before it", new NewTarget("n", "https://u:p@h.example", events, null));
    refused("has a port that is not", new NewTarget("n", "https://h.example:0", events, null));
    refused("has a port that is not", new NewTarget("n", "https://h.example:99999", events, null));
    refused("no host", new NewTarget("n", "https:///x", events, null));
    refused("events must name", new NewTarget("n", "https://h.example", List.of(), null));
    refused("events must name", new NewTarget("n", "https://h.example", null, null));
    refused(
        "emits no type order_paid; it emits job_running, job_paused",
        new NewTarget("n", "https://h.example", List.of("order_paid"), null));
    refused(
        "filters: a must be",
        new NewTarget("n", "https://h.example", events, Map.of("a", Map.of("x", 1))));
  }

  @Test
  void anEventThatIsTooLargeIsToldWithoutItsLargeMembers() {
    Map<String, Object> payload =
        Map.of("job_id", "j", "error", Map.of("message", "x".repeat(300_000)), "n", 7);
    String body =
        DeliveryForm.of(new TriggerEvent("1", "job_failed", "runtime", payload, AT)).body();
    assertThat(body)
        .contains("\"job_id\":\"j\"", "\"n\":7", "\"truncated\":true")
        .hasSizeLessThan(1_000);
  }
}

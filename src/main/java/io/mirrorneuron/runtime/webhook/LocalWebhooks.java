package io.mirrorneuron.runtime.webhook;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.NewTarget;
import io.mirrorneuron.port.schedule.OutboundWebhooks;
import io.mirrorneuron.port.schedule.WebhookDelivery;
import io.mirrorneuron.port.schedule.WebhookTarget;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.service.AddressGuard;
import io.mirrorneuron.runtime.service.NotAsked;
import io.mirrorneuron.security.StandardWebhooks;
import io.mirrorneuron.store.DeliveryQueue;
import io.mirrorneuron.store.DeliveryQueue.Overview;
import io.mirrorneuron.store.DeliveryQueue.State;
import io.mirrorneuron.wire.Json;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The targets of the runtime in this process. */
final class LocalWebhooks implements OutboundWebhooks {
  private static final int ID_BYTES = 8;

  private final TargetRecords targets;
  private final DeliveryQueue queue;
  private final DeliveryLoop loop;
  private final AddressGuard guard;
  private final Clock clock;
  private final SecureRandom random;

  LocalWebhooks(
      TargetRecords targets,
      DeliveryQueue queue,
      DeliveryLoop loop,
      AddressGuard guard,
      Clock clock,
      SecureRandom random) {
    this.targets = targets;
    this.queue = queue;
    this.loop = loop;
    this.guard = guard;
    this.clock = clock;
    this.random = random;
  }

  @Override
  public WebhookTarget create(NewTarget wanted) {
    TargetRules.check(wanted);
    requireAllowed(TargetRules.url(wanted.url()));
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    String now = Json.timestamp(clock.instant());
    String secret = StandardWebhooks.secret(random);
    Target target =
        new Target(
            Webhooks.OUTBOUND + HexFormat.of().formatHex(id),
            wanted.name(),
            wanted.url(),
            wanted.events(),
            wanted.filters() == null ? Map.of() : wanted.filters(),
            List.of(new Target.Key(secret, 0)),
            now,
            now);
    Answers.await(queue.open(target.webhookId()));
    targets.add(target);
    return shown(target, secret);
  }

  /** A name may come to stand for another address; that is looked at each time. */
  private void requireAllowed(URI url) {
    try {
      guard.requireAllowed(url.getHost(), url.getPort() < 0 ? 443 : url.getPort(), Set.of());
    } catch (NotAsked e) {
      throw MnException.invalid("url: " + e.getMessage());
    }
  }

  @Override
  public List<WebhookTarget> list() {
    return targets.list().stream().map(target -> shown(target, null)).toList();
  }

  @Override
  public WebhookTarget get(String id) {
    return shown(targets.get(id), null);
  }

  @Override
  public WebhookTarget rotate(String id) {
    String secret = StandardWebhooks.secret(random);
    String now = Json.timestamp(clock.instant());
    Target after = targets.change(id, target -> target.rotated(secret, clock.instant(), now));
    return shown(after, secret);
  }

  @Override
  public WebhookTarget enable(String id) {
    Target target = targets.get(id);
    Answers.await(queue.enable(id));
    loop.look(id);
    return shown(target, null);
  }

  @Override
  public void delete(String id) {
    targets.delete(id);
    Answers.await(queue.forget(id));
  }

  @Override
  public Deliveries deliveries(String id, String state, int limit) {
    targets.get(id);
    int most = limit <= 0 ? USUAL_PAGE : Math.min(limit, LARGEST_PAGE);
    List<WebhookDelivery> found = new ArrayList<>();
    for (State each : State.values()) {
      if (state == null || each == state(state)) {
        Answers.await(queue.list(id, each, most))
            .forEach(entry -> found.add(DeliveryForm.shown(entry, each)));
      }
    }
    return new Deliveries(found);
  }

  private static State state(String word) {
    try {
      return State.valueOf(word.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw MnException.invalid("state must be pending, dead or delivered");
    }
  }

  @Override
  public Replayed replay(String id, String deliveryId) {
    targets.get(id);
    int replayed = Answers.await(queue.replay(id, deliveryId == null ? "" : deliveryId));
    long dead = Answers.await(queue.overview(id)).dead();
    if (deliveryId != null && replayed == 0) {
      boolean isThere =
          Answers.await(queue.list(id, State.DEAD, LARGEST_PAGE)).stream()
              .anyMatch(entry -> entry.id().equals(deliveryId));
      throw isThere
          ? MnException.precondition("too many deliveries wait; replay it when there are fewer")
          : MnException.notFound("dead delivery", deliveryId);
    }
    loop.look(id);
    return new Replayed(id, replayed, dead);
  }

  private WebhookTarget shown(Target target, String secret) {
    Overview now = Answers.await(queue.overview(target.webhookId()));
    boolean isActive = now.disabled().isEmpty();
    return new WebhookTarget(
        target.webhookId(),
        target.name(),
        "outbound",
        target.url().replaceFirst("\\?.*", "?..."),
        target.events(),
        target.filters(),
        isActive ? "active" : "disabled",
        isActive ? null : now.disabled(),
        now.pending(),
        now.dead(),
        now.delivered(),
        now.dropped(),
        target.createdAt(),
        target.updatedAt(),
        secret);
  }
}

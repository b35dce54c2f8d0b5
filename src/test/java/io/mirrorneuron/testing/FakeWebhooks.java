package io.mirrorneuron.testing;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.runtime.service.AddressGuard;
import io.mirrorneuron.runtime.service.AddressGuard.Purpose;
import io.mirrorneuron.runtime.service.Connections;
import io.mirrorneuron.runtime.service.OwnPorts;
import io.mirrorneuron.runtime.webhook.InboundHooks;
import io.mirrorneuron.runtime.webhook.WebhookKeeper;
import io.mirrorneuron.store.DeliveryQueue;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.List;

/** The real webhooks in memory; nobody delivers what is told. */
public final class FakeWebhooks {
  private FakeWebhooks() {}

  public static Webhooks of(
      TriggerEvents events, DeliveryQueue deliveries, Clock clock, Vertx vertx) {
    WebhookKeeper.Home home =
        new WebhookKeeper.Home(
            new InMemoryRecordStore(),
            deliveries,
            new InMemoryLeaderLease(clock::millis),
            "fixture",
            Lifetime.DEFAULT,
            clock);
    AddressGuard guard = AddressGuard.of(Purpose.WEBHOOK, new OwnPorts(), List.of());
    WebhookKeeper keeper =
        new WebhookKeeper(
            home,
            guard,
            new Connections(vertx),
            new TurnedTimers(new TurnedClock(clock.instant())));
    InboundHooks inbound = new InboundHooks(new InMemoryRecordStore(), events, clock);
    return new Webhooks(inbound, keeper.port());
  }
}

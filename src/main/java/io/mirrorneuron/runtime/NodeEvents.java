package io.mirrorneuron.runtime;

import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.schedule.event.EventReaction;
import io.mirrorneuron.runtime.schedule.event.LocalEvents;
import io.mirrorneuron.runtime.schedule.event.RuntimeEventSource;
import io.mirrorneuron.runtime.service.AddressGuard;
import io.mirrorneuron.runtime.service.AddressGuard.Purpose;
import io.mirrorneuron.runtime.service.Connections;
import io.mirrorneuron.runtime.webhook.InboundHooks;
import io.mirrorneuron.runtime.webhook.WebhookKeeper;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisDeliveryQueue;
import io.mirrorneuron.store.RedisLeaderLease;
import io.mirrorneuron.store.RedisPipelines;
import io.mirrorneuron.store.RedisRecordStore;
import io.mirrorneuron.store.RedisTriggerEventStore;
import io.mirrorneuron.store.bucket.StorePlaces.Place;
import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Events that start jobs on this node, and the webhooks that receive the events of jobs.
 *
 * @param reaction set last, with the schedules: they make jobs, and the end of a job is an event
 */
record NodeEvents(
    LocalEvents events,
    WebhookKeeper webhooks,
    Webhooks hooks,
    AtomicReference<EventReaction> reaction) {

  static NodeEvents of(
      RuntimeSettings settings,
      RuntimeIdentity identity,
      Place shared,
      Timers timers,
      Vertx vertx) {
    RedisPipelines pipelines = shared.pipelines();
    Keys keys = shared.keys();
    AtomicReference<EventReaction> reaction = new AtomicReference<>(EventReaction.NONE);
    var waiting = settings.services().webhookQueue();
    WebhookKeeper.Home home =
        new WebhookKeeper.Home(
            new RedisRecordStore(pipelines, keys),
            new RedisDeliveryQueue(
                pipelines, keys, WebhookKeeper.room(waiting.deliveries(), waiting.bytes())),
            new RedisLeaderLease(pipelines, keys),
            identity.owner(),
            settings.node().lifetime(),
            identity.clock());
    AddressGuard guard =
        AddressGuard.of(Purpose.WEBHOOK, settings.endpoints(), settings.services().webhooks());
    WebhookKeeper webhooks = new WebhookKeeper(home, guard, new Connections(vertx), timers);
    LocalEvents events =
        new LocalEvents(
            new RedisTriggerEventStore(pipelines, keys, LocalEvents.ROOM),
            EventReaction.of(reaction::get),
            webhooks,
            identity.clock(),
            identity.jobIdSuffixes());
    InboundHooks inbound = new InboundHooks(home.records(), events, identity.clock());
    return new NodeEvents(events, webhooks, new Webhooks(inbound, webhooks.port()), reaction);
  }

  RuntimeEventSource own() {
    return new RuntimeEventSource(events);
  }

  TriggerEvents port() {
    return events;
  }
}

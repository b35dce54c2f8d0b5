package io.mirrorneuron.runtime;

import io.mirrorneuron.port.event.TriggerEvents;
import io.mirrorneuron.runtime.schedule.event.EventReaction;
import io.mirrorneuron.runtime.schedule.event.LocalEvents;
import io.mirrorneuron.runtime.schedule.event.OwnEvents;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisLanes;
import io.mirrorneuron.store.event.RedisTriggerEventStore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Events that start jobs, as this node takes them in.
 *
 * @param reaction schedules come last: they make jobs, whose ends are events
 */
record NodeEvents(LocalEvents events, AtomicReference<EventReaction> reaction) {

  static NodeEvents of(RuntimeIdentity identity, RedisLanes lanes, Keys keys) {
    AtomicReference<EventReaction> reaction = new AtomicReference<>(EventReaction.NONE);
    return new NodeEvents(
        new LocalEvents(
            new RedisTriggerEventStore(lanes, keys, LocalEvents.ROOM),
            event -> reaction.get().happened(event),
            identity.clock(),
            identity.jobIdSuffixes()),
        reaction);
  }

  OwnEvents own() {
    return new OwnEvents(events);
  }

  TriggerEvents port() {
    return events;
  }
}

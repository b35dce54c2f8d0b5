package io.mirrorneuron.store;

import io.mirrorneuron.testing.InMemoryTriggerEvents;

/** The double keeps the promises of the real store. */
class InMemoryTriggerEventsTest implements TriggerEventStoreContract {
  @Override
  public TriggerEventStore store(TriggerEventStore.Room room) {
    return new InMemoryTriggerEvents(room);
  }
}

package io.mirrorneuron.store;

import io.mirrorneuron.testing.InMemoryDeliveryQueue;

/** The double keeps the promises of the real store. */
class InMemoryDeliveryQueueTest implements DeliveryQueueContract {
  private InMemoryDeliveryQueue queue;

  @Override
  public DeliveryQueue queue(DeliveryQueue.Room room) {
    queue = new InMemoryDeliveryQueue(room, () -> 1_000_000);
    return queue;
  }

  @Override
  public void lead(long term) {
    queue.term = term;
  }
}

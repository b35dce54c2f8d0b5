package io.mirrorneuron.store;

import io.mirrorneuron.testing.InMemoryJobStore;

class InMemoryJobStoreTest implements JobStoreContract {
  private final JobStore store = new InMemoryJobStore(EVENTS_PER_JOB);

  @Override
  public JobStore store() {
    return store;
  }
}

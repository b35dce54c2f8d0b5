package io.mirrorneuron.store;

import io.mirrorneuron.testing.InMemoryElsewhereIndex;

class InMemoryElsewhereIndexTest implements RemoteExecutionIndexContract {
  private final InMemoryElsewhereIndex index = new InMemoryElsewhereIndex();

  @Override
  public RemoteExecutionIndex index() {
    return index;
  }

  @Override
  public void owned(String jobId, long epoch) {
    index.owned(jobId, epoch);
  }
}

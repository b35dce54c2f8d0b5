package io.mirrorneuron.store;

import io.mirrorneuron.testing.InMemoryRecordStore;

class InMemoryRecordStoreTest implements RecordStoreContract {
  private final RecordStore store = new InMemoryRecordStore();

  @Override
  public RecordStore records() {
    return store;
  }
}

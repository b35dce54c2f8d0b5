package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import java.util.concurrent.CompletionStage;

/**
 * The Redis that this node shares with others, as clients of release 1.2.31 ask for it: nodes that
 * tell the same identity have the same data.
 *
 * @param identity of the data
 * @param healthy whether it answers
 * @param writablePrimary whether it takes writes
 */
public record CoordinationStore(String identity, boolean healthy, boolean writablePrimary) {
  private static final String KIND = "store";
  private static final String ID = "identity";

  /**
   * The identity of the data: that which its first server has given it.
   *
   * @param proposed for data that has none
   */
  public static CompletionStage<String> identity(RecordStore records, String proposed) {
    return records
        .write(KIND, ID, 0, proposed, RecordStore.NEVER)
        .thenCompose(written -> records.read(KIND, ID))
        .thenApply(stored -> stored.map(StoredRecord::json).orElse(proposed));
  }
}

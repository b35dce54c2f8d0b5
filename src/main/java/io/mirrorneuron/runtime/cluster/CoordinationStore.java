package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import java.util.concurrent.CompletionStage;

/**
 * State of the Redis shared with other nodes, in the form for clients of release 1.2.31: nodes with
 * the same identity have the same data.
 *
 * @param identity of the data
 * @param healthy whether it answers
 * @param writablePrimary whether it accepts writes
 */
public record CoordinationStore(String identity, boolean healthy, boolean writablePrimary) {
  private static final String KIND = "store";
  private static final String ID = "identity";

  /**
   * The identity of the data, as set by its first server.
   *
   * @param proposed for data without an identity
   */
  public static CompletionStage<String> identity(RecordStore records, String proposed) {
    return records
        .write(KIND, ID, 0, proposed, RecordStore.NEVER)
        .thenCompose(written -> records.read(KIND, ID))
        .thenApply(stored -> stored.map(StoredRecord::json).orElse(proposed));
  }
}

package io.mirrorneuron.store;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: small records that state machines keep, such as schedules and deployments; each kind apart
 * from the others. Several servers may write one record: each write names the revision that it
 * replaces and is refused when that is no longer the newest. Thread-safe and not blocking; a stage
 * fails with {@link io.mirrorneuron.model.MnException} UNAVAILABLE when the store does not answer,
 * and then nobody knows whether a write arrived.
 */
public interface RecordStore {
  /** The time of a record that need not be looked at again. */
  long NEVER = 0;

  /**
   * A record as it is stored.
   *
   * @param id unique within its kind; any text without a zero byte
   * @param revision above 0; no two states of a kind ever have the same, deleted ones included
   * @param dueAt when it is to be looked at again, milliseconds since the epoch, or {@link #NEVER}
   * @param json its state
   */
  record StoredRecord(String id, long revision, long dueAt, String json) {}

  CompletionStage<Optional<StoredRecord>> read(String kind, String id);

  /**
   * Writes a record in place of the one with that revision.
   *
   * @param replaced the revision that was read; 0 when there must be no record with this id
   * @return the new revision; empty when the record is another by now, and nothing was written
   */
  CompletionStage<Optional<Long>> write(
      String kind, String id, long replaced, String json, long dueAt);

  /**
   * @return false when the record is another by now, and nothing was deleted
   */
  CompletionStage<Boolean> delete(String kind, String id, long replaced);

  /**
   * One page of a kind, by id.
   *
   * @param after the last id of the page before; empty for the first page
   */
  CompletionStage<List<StoredRecord>> list(String kind, String after, int limit);

  /**
   * Records that are to be looked at by that time, earliest first.
   *
   * @param until milliseconds since the epoch
   * @param skip so many of the earliest are left out
   */
  CompletionStage<List<StoredRecord>> due(String kind, long until, int skip, int limit);
}

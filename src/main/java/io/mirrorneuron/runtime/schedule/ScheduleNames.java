package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import io.mirrorneuron.wire.Json;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Which schedule is made for a name: an id is claimed for it before the schedule is made, so two
 * callers at the same time, and the next one after a crash, make the same one. Thread-safe; does
 * not block.
 */
public final class ScheduleNames {
  private static final String KIND = "schedule-names";

  private final RecordStore records;

  /**
   * @param isMade whether the schedule with that id was made: if it is not there, it is gone
   */
  private record Claim(String id, boolean isMade) {}

  public ScheduleNames(RecordStore records) {
    this.records = records;
  }

  /**
   * The id of the schedule that is to be made for a name that no schedule has now.
   *
   * @param fresh gives ids
   */
  public CompletionStage<String> claim(String name, Supplier<String> fresh) {
    return records
        .read(KIND, name)
        .thenCompose(
            stored -> {
              Optional<Claim> claim = stored.map(ScheduleNames::read);
              if (claim.isPresent() && !claim.get().isMade()) {
                return CompletableFuture.completedFuture(claim.get().id());
              }
              String id = fresh.get();
              return write(name, stored.map(StoredRecord::revision).orElse(0L), id, false)
                  .thenCompose(
                      written ->
                          written
                              ? CompletableFuture.completedFuture(id)
                              : claim(name, fresh)); // somebody else was first
            });
  }

  /** Notes that the schedule with that id was made: should it be gone, the next has another id. */
  public CompletionStage<Boolean> made(String name, String id) {
    return records
        .read(KIND, name)
        .thenCompose(
            stored -> {
              Optional<Claim> claim = stored.map(ScheduleNames::read);
              return claim.isPresent() && claim.get().id().equals(id) && !claim.get().isMade()
                  ? write(name, stored.get().revision(), id, true)
                  : CompletableFuture.completedFuture(false);
            });
  }

  private CompletionStage<Boolean> write(String name, long revision, String id, boolean isMade) {
    return records
        .write(KIND, name, revision, Json.write(new Claim(id, isMade)), RecordStore.NEVER)
        .thenApply(Optional::isPresent);
  }

  private static Claim read(StoredRecord stored) {
    return Json.read(stored.json(), Claim.class, "the claim of a name");
  }
}

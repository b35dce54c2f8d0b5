package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import io.mirrorneuron.wire.Json;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Maps a name to the id of the schedule that is made for it. The id is claimed before the schedule
 * is made, so two concurrent callers, or a caller after a crash, make the same schedule.
 * Thread-safe; does not block.
 */
public final class ScheduleNames {
  private static final String KIND = "schedule-names";

  private final RecordStore records;

  /**
   * @param isMade whether the schedule was made: if it is missing then, it was deleted
   */
  private record Claim(String id, boolean isMade) {}

  public ScheduleNames(RecordStore records) {
    this.records = records;
  }

  /**
   * The id for a schedule to be made for a name that no schedule has now.
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
                              : claim(name, fresh)); // another caller was first
            });
  }

  /**
   * Notes that the schedule with that id was made: if it is deleted, the next one gets another id.
   */
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

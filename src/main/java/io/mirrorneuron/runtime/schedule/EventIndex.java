package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.schedule.Definition.Kind;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.Beside;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Index of schedules by the event types they wait for and by name, as groups of the record store
 * that are written in the same step as each schedule. Schedules of earlier builds are added after
 * the start; until then queries return all event schedules, or scan all.
 */
final class EventIndex {
  private static final Logger LOG = LoggerFactory.getLogger(EventIndex.class);
  private static final int PAGE = 200;
  private static final int SOME = 6;
  private static final long AGAIN_MS = 5_000;

  /** Kind of the record that marks the index as complete. */
  private static final String KIND = "schedule-index";

  private static final String MARK = "types-and-names";

  private final RecordStore records;
  private final ScheduleMachine machine;
  private final Timers timers;
  private volatile boolean complete;

  EventIndex(RecordStore records, ScheduleMachine machine, Timers timers) {
    this.records = records;
    this.machine = machine;
    this.timers = timers;
  }

  /** The groups of a schedule: its kind, each event type, and its name. */
  static List<String> groups(Definition definition) {
    List<String> groups = new ArrayList<>();
    groups.add(definition.kind().word());
    if (definition.trigger() != null) {
      definition.trigger().eventTypes().stream()
          .distinct()
          .map(EventIndex::on)
          .forEach(groups::add);
    }
    if (definition.name() != null) {
      groups.add(called(definition.name()));
    }
    return groups;
  }

  private static String on(String eventType) {
    return "on:" + eventType;
  }

  private static String called(String name) {
    return "called:" + name;
  }

  /** The schedules of a name, by id, including those that are being deleted. */
  CompletionStage<List<Schedule>> named(String name) {
    return complete ? named(name, called(name), "") : named(name, null, "");
  }

  /** A few of the schedules of a name; empty until the index is complete. */
  CompletionStage<List<Schedule>> someNamed(String name) {
    return complete
        ? records
            .list(ScheduleMachine.KIND, called(name), "", SOME)
            .thenApply(
                page ->
                    page.stream().map(stored -> machine.read(stored.json()).schedule()).toList())
        : CompletableFuture.completedFuture(List.of());
  }

  /**
   * @param group null for all schedules
   */
  private CompletionStage<List<Schedule>> named(String name, String group, String after) {
    return (group == null
            ? records.list(ScheduleMachine.KIND, after, PAGE)
            : records.list(ScheduleMachine.KIND, group, after, PAGE))
        .thenCompose(
            page -> {
              List<Schedule> found = new ArrayList<>();
              page.stream()
                  .map(stored -> machine.read(stored.json()).schedule())
                  .filter(schedule -> name.equals(schedule.definition().name()))
                  .forEach(found::add);
              return page.size() < PAGE
                  ? CompletableFuture.completedFuture(found)
                  : named(name, group, page.getLast().id())
                      .thenApply(
                          more -> {
                            found.addAll(more);
                            return found;
                          });
            });
  }

  /**
   * One page of the schedules that may wait for events of the type, by id.
   *
   * @param after the last id of the page before; empty for the first page
   */
  CompletionStage<List<StoredRecord>> page(String eventType, String after, int limit) {
    String group = complete ? on(eventType) : Kind.EVENT.word();
    return records.list(ScheduleMachine.KIND, group, after, limit);
  }

  /** Adds the schedules of earlier builds; retries until done. */
  void complete() {
    records
        .read(KIND, MARK)
        .thenCompose(
            mark -> mark.isPresent() ? CompletableFuture.completedStage(mark) : bringIn(""))
        .whenComplete(
            (done, failure) -> {
              complete = failure == null;
              if (failure != null) {
                LOG.debug("schedules are brought into the index later", failure);
                timers.at(timers.now() + AGAIN_MS, this::complete);
              }
            });
  }

  private CompletionStage<Optional<StoredRecord>> bringIn(String after) {
    return records
        .list(ScheduleMachine.KIND, after, PAGE)
        .thenCompose(
            page -> {
              CompletableFuture<?>[] all =
                  page.stream().map(this::bringIn).toArray(CompletableFuture<?>[]::new);
              return CompletableFuture.allOf(all)
                  .thenCompose(done -> page.size() < PAGE ? mark() : bringIn(page.getLast().id()));
            });
  }

  private CompletionStage<Optional<StoredRecord>> mark() {
    return records
        .write(KIND, MARK, 0, "{}", RecordStore.NEVER)
        .thenCompose(written -> records.read(KIND, MARK));
  }

  /**
   * Writes the schedule unchanged, with its groups. If it changed meanwhile, that write has added
   * its groups.
   */
  private CompletableFuture<?> bringIn(StoredRecord stored) {
    Schedule schedule = machine.read(stored.json()).schedule();
    Beside beside = new Beside(0, groups(schedule.definition()), null, List.of());
    return records
        .write(
            ScheduleMachine.KIND,
            stored.id(),
            stored.revision(),
            stored.json(),
            stored.dueAt(),
            beside)
        .toCompletableFuture();
  }
}

package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.Created;
import io.mirrorneuron.store.JobStore.EndedJobs;
import io.mirrorneuron.store.JobStore.FencedException;
import io.mirrorneuron.store.JobStore.JobHolder;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStore.RowsWanted;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What every job store promises, so that tests with the one in memory tell of the real one. */
public interface JobStoreContract {
  int EVENTS_PER_JOB = 100;

  /** An empty store that keeps {@link #EVENTS_PER_JOB} events of each job. */
  JobStore store();

  static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** A turn with one event for each number from {@code first} to {@code last}. */
  static Commit turn(String job, long epoch, long first, long last, long at, String status) {
    return new Commit(
        job,
        epoch,
        Map.of("seq", Long.toString(last)),
        List.of(),
        Map.of(),
        List.of(),
        LongStream.rangeClosed(first, last).mapToObj("{\"seq\":%d}"::formatted).toList(),
        last,
        row(job, status, last),
        at,
        status,
        List.of("completed", "failed", "cancelled").contains(status),
        JobStore.Allocations.NONE,
        null);
  }

  static String row(String job, String status, long seq) {
    return "{\"job_id\":\"%s\",\"status\":\"%s\",\"event_seq\":%d}".formatted(job, status, seq);
  }

  static NewJob newJob(String job, String key, String hash) {
    return new NewJob(job, "node-1", "{\"graph_id\":\"%s\"}".formatted(job), key, hash, null);
  }

  /** Whether the job could be made. */
  private boolean createWithRun(String job, String runId, String key, String status) {
    NewJob plain = newJob(job, key, "hash");
    NewJob chosen =
        new NewJob(job, plain.owner(), plain.manifest(), key, plain.contentHash(), runId);
    try {
      await(store().create(chosen, turn(job, 1, 1, 3, 10, status)));
      return true;
    } catch (MnException e) {
      assertThat(e.error()).isEqualTo("run_id_in_use");
      return false;
    }
  }

  /** A turn after which programs have something, or nothing any more. */
  static Commit turn(Commit turn, Map<String, String> given, List<String> freed) {
    return new Commit(
        turn.jobId(),
        turn.epoch(),
        turn.set(),
        turn.delete(),
        turn.blobs(),
        turn.dropped(),
        turn.events(),
        turn.lastSeq(),
        turn.row(),
        turn.updatedAt(),
        turn.status(),
        turn.terminal(),
        new JobStore.Allocations(given, freed),
        null);
  }

  /** A turn after which the job has another manifest. */
  static Commit turn(Commit turn, String manifest) {
    return new Commit(
        turn.jobId(),
        turn.epoch(),
        turn.set(),
        turn.delete(),
        Map.of("kept", "large"),
        List.of("other"),
        turn.events(),
        turn.lastSeq(),
        turn.row(),
        turn.updatedAt(),
        turn.status(),
        turn.terminal(),
        turn.allocations(),
        manifest);
  }

  @Test
  default void aTurnMayReplaceTheManifest() {
    await(store().create(newJob("a", null, "hash"), turn("a", 1, 1, 2, 10, "running")));
    await(store().commit(turn(turn("a", 1, 3, 3, 20, "running"), "{\"graph_id\":\"other\"}")));
    assertThat(await(store().manifest("a"))).isEqualTo("{\"graph_id\":\"other\"}");
    await(store().commit(turn("a", 1, 4, 4, 30, "running")));
    StoredJob stored = await(store().load("a")).orElseThrow();
    assertThat(stored.manifest()).isEqualTo("{\"graph_id\":\"other\"}");
    assertThat(stored.blobs()).containsExactly(Map.entry("kept", "large"));
    Commit late = turn(turn("a", 9, 5, 5, 40, "running"), "{\"graph_id\":\"late\"}");
    assertThatThrownBy(() -> await(store().commit(late))).isInstanceOf(FencedException.class);
    await(store().commit(turn("a", 1, 5, 5, 50, "completed")));
    assertThat(await(store().manifest("a"))).isEqualTo("{\"graph_id\":\"other\"}");
  }

  @Test
  default void aJobThatIsPackedHasItsLastManifest() {
    await(store().create(newJob("a", null, "hash"), turn("a", 1, 1, 2, 10, "running")));
    Commit turn = turn("a", 1, 3, 3, 20, "running");
    await(
        store()
            .commit(
                new Commit(
                    "a",
                    1,
                    turn.set(),
                    List.of(),
                    Map.of(),
                    List.of(),
                    turn.events(),
                    3,
                    turn.row(),
                    20,
                    "running",
                    false,
                    turn.allocations(),
                    "{\"graph_id\":\"other\"}")));
    await(store().commit(turn("a", 1, 4, 4, 30, "completed")));
    assertThat(await(store().manifest("a"))).isEqualTo("{\"graph_id\":\"other\"}");
    assertThat(await(store().load("a")).orElseThrow().manifest())
        .isEqualTo("{\"graph_id\":\"other\"}");
  }

  @Test
  default void theLedgerTellsWhatCommitsHaveGivenAndFreed() {
    await(store().create(newJob("a", null, null), turn("a", 1, 1, 1, 10, "running")));
    await(store().create(newJob("b", null, null), turn("b", 1, 1, 1, 10, "running")));
    Map<String, String> both = Map.of("a.1", "{\"port\":1}", "a.2", "{}");
    await(store().commit(turn(turn("a", 1, 2, 2, 11, "running"), both, List.of())));
    await(store().commit(turn(turn("b", 1, 2, 2, 11, "running"), Map.of("b.1", "1"), List.of())));
    assertThat(await(store().allocations()))
        .isEqualTo(Map.of("a.1", "{\"port\":1}", "a.2", "{}", "b.1", "1"));

    Commit stale = turn(turn("a", 7, 3, 3, 12, "running"), Map.of("a.9", "1"), List.of("a.1"));
    assertThatThrownBy(() -> await(store().commit(stale))).isInstanceOf(FencedException.class);
    Map<String, String> next = Map.of("a.3", "3");
    await(store().commit(turn(turn("a", 1, 3, 3, 12, "running"), next, List.of("a.1", "none"))));
    assertThat(await(store().allocations())).containsOnlyKeys("a.2", "a.3", "b.1");

    assertThat(await(store().abandon(turn("a", 0, 4, 4, 13, "cancelled")))).isTrue();
    assertThat(await(store().allocations())).containsOnlyKeys("b.1");
  }

  @Test
  default void aChosenRunIdBelongsToOneJob() {
    assertThat(createWithRun("a", "mine", "key", "running")).isTrue();
    assertThat(createWithRun("b", "mine", null, "running")).isFalse();
    assertThat(createWithRun("b", "mine", "other-key", "running")).isFalse();
    assertThat(await(store().row("b"))).isNull();
    assertThat(createWithRun("c", "mine", "key", "running")).as("made before as a").isTrue();
    assertThat(createWithRun("b", "yours", "other-key", "running")).as("the key is free").isTrue();
    assertThat(createWithRun("d", "run-a", null, "running"))
        .as("as a run without choice")
        .isFalse();
  }

  @Test
  default void aChosenRunIdIsFreeWhenItsJobIsDeleted() {
    assertThat(createWithRun("a", "mine", null, "completed")).isTrue();
    assertThat(createWithRun("b", "mine", null, "running")).as("an ended job has it").isFalse();
    await(store().recorded(List.of("a")));
    await(store().deleteTerminal());
    assertThat(createWithRun("b", "mine", null, "running")).isTrue();
    assertThat(createWithRun("c", "mine", null, "running")).isFalse();
  }

  private List<String> rows(int limit, boolean includeTerminal) {
    return await(store().rows(limit, includeTerminal)).stream().map(ListedRow::json).toList();
  }

  /** A job whose first turn wrote events 1 to 3 at the given time. */
  private Created create(String job, long at, String status) {
    return await(store().create(newJob(job, null, null), turn(job, 1, 1, 3, at, status)));
  }

  private List<Long> eventsAfter(String job, long after, int limit) {
    return await(store().events(job, after, limit)).stream().map(StoredEvent::seq).toList();
  }

  @Test
  default void aNewJobIsThereWithItsFirstTurn() {
    assertThat(create("a", 10, "running")).isEqualTo(new Created("a", false));

    StoredJob stored = await(store().load("a")).orElseThrow();
    assertThat(stored)
        .isEqualTo(
            new StoredJob("a", 1, "node-1", "{\"graph_id\":\"a\"}", Map.of("seq", "3"), Map.of()));
    assertThat(await(store().row("a"))).isEqualTo(row("a", "running", 3));
    assertThat(await(store().activeJobs())).containsExactly("a");
    assertThat(eventsAfter("a", 0, 10)).containsExactly(1L, 2L, 3L);
  }

  @Test
  default void aStateFieldIsToldOfEveryJob() {
    IntStream.range(0, 250).forEach(i -> create("open-" + i, i, "running"));
    create("done", 1, "completed");
    await(store().commit(turn("done", 1, 4, 77, 2, "completed")));
    List<String> heard = new ArrayList<>();

    await(store().eachState("seq", heard::add));

    assertThat(heard).hasSize(251).contains("77");
    assertThat(heard.stream().filter("3"::equals)).hasSize(250);
  }

  @Test
  default void aJobIsUnrecordedUntilItIsSaidToBeRecorded() {
    create("a", 1, "completed");
    create("b", 2, "running");
    create("c", 3, "running");
    assertThat(await(store().unrecordedJobs())).containsExactlyInAnyOrder("a", "b", "c");
    assertThat(await(store().manifest("a"))).isEqualTo("{\"graph_id\":\"a\"}");

    await(store().recorded(List.of("a", "c")));
    assertThat(await(store().unrecordedJobs())).containsExactly("b");
  }

  @Test
  default void anUnknownJobHasNothing() {
    assertThat(await(store().manifest("no"))).isNull();
    assertThat(await(store().load("no"))).isEmpty();
    assertThat(await(store().outline("no"))).isEmpty();
    assertThat(await(store().row("no"))).isNull();
    assertThat(await(store().owner("no"))).isNull();
    assertThat(eventsAfter("no", 0, 10)).isEmpty();
    assertThat(await(store().lastEvents("no", 10))).isEmpty();
    assertThat(await(store().takeOver("no", "node-1", "node-2", 0))).isNegative();
    assertThat(await(store().load("no"))).isEmpty();
  }

  @Test
  default void aJobMayEndInItsFirstTurn() {
    create("a", 10, "completed");

    assertThat(await(store().activeJobs())).isEmpty();
    assertThat(rows(10, true)).containsExactly(row("a", "completed", 3));
  }

  @Test
  default void theSameKeyAndContentIsTheSameJob() {
    NewJob first = newJob("a", "key", "hash");
    await(store().create(first, turn("a", 1, 1, 3, 10, "running")));

    Created again =
        await(store().create(newJob("b", "key", "hash"), turn("b", 1, 1, 3, 20, "running")));

    assertThat(again).isEqualTo(new Created("a", true));
    assertThat(await(store().load("b"))).isEmpty();
    assertThat(await(store().activeJobs())).containsExactly("a");
  }

  @Test
  default void theSameKeyWithOtherContentIsRefused() {
    await(store().create(newJob("a", "key", "hash"), turn("a", 1, 1, 3, 10, "running")));

    assertThatThrownBy(
            () ->
                await(
                    store().create(newJob("b", "key", "other"), turn("b", 1, 1, 3, 20, "running"))))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
    assertThat(await(store().load("b"))).isEmpty();
  }

  @Test
  default void aKeyIsFreeAgainWhenItsJobIsGone() {
    await(store().create(newJob("a", "key", "hash"), turn("a", 1, 1, 3, 10, "completed")));
    await(store().recorded(List.of("a")));
    await(store().deleteTerminal());

    Created again =
        await(store().create(newJob("b", "key", "other"), turn("b", 1, 1, 3, 20, "running")));

    assertThat(again).isEqualTo(new Created("b", false));
  }

  @Test
  default void aCommitIsADelta() {
    create("a", 10, "running");
    Commit more =
        new Commit(
            "a",
            1,
            Map.of("x", "1", "y", "2"),
            List.of(),
            Map.of(),
            List.of(),
            List.of(),
            3,
            row("a", "running", 3),
            20,
            "running",
            false,
            JobStore.Allocations.NONE,
            null);
    await(store().commit(more));
    await(
        store()
            .commit(
                new Commit(
                    "a",
                    1,
                    Map.of("y", "3\nä"),
                    List.of("x", "never"),
                    Map.of(),
                    List.of(),
                    List.of(),
                    3,
                    "{}",
                    30,
                    "running",
                    false,
                    JobStore.Allocations.NONE,
                    null)));

    assertThat(await(store().load("a")).orElseThrow().fields())
        .isEqualTo(Map.of("seq", "3", "y", "3\nä"));
    assertThat(await(store().row("a"))).isEqualTo("{}");
    assertThat(eventsAfter("a", 0, 10)).containsExactly(1L, 2L, 3L);
  }

  @Test
  default void aLargeTurnIsOneTurn() {
    create("a", 10, "running");
    Map<String, String> many = new java.util.HashMap<>();
    IntStream.range(0, 5000).forEach(i -> many.put("f" + i, "v" + i));
    Commit large =
        new Commit(
            "a",
            1,
            many,
            List.of("seq"),
            Map.of(),
            List.of(),
            List.of(),
            3,
            "{}",
            20,
            "running",
            false,
            JobStore.Allocations.NONE,
            null);
    await(store().commit(large));
    assertThat(await(store().load("a")).orElseThrow().fields()).isEqualTo(many);

    List<String> all = List.copyOf(many.keySet());
    await(
        store()
            .commit(
                new Commit(
                    "a",
                    1,
                    Map.of("z", "1"),
                    all,
                    Map.of(),
                    List.of(),
                    List.of(),
                    3,
                    "{}",
                    30,
                    "running",
                    false,
                    JobStore.Allocations.NONE,
                    null)));
    assertThat(await(store().load("a")).orElseThrow().fields()).isEqualTo(Map.of("z", "1"));
  }

  /** The turn with one event that touches blobs, too. */
  static Commit blobs(
      String job, long seq, Map<String, String> added, List<String> dropped, String status) {
    Commit turn = turn(job, 1, seq, seq, 10 + seq, status);
    return new Commit(
        job,
        turn.epoch(),
        turn.set(),
        turn.delete(),
        added,
        dropped,
        turn.events(),
        turn.lastSeq(),
        turn.row(),
        turn.updatedAt(),
        status,
        turn.terminal(),
        JobStore.Allocations.NONE,
        null);
  }

  @Test
  default void blobsComeAndGoBesideTheFields() {
    await(
        store()
            .create(
                newJob("a", null, null), blobs("a", 1, Map.of("x", "1"), List.of(), "running")));
    create("b", 10, "running");
    assertThat(await(store().load("a")).orElseThrow().blobs()).isEqualTo(Map.of("x", "1"));

    await(store().commit(blobs("a", 2, Map.of("y", "2\nä", "z", "3"), List.of("x"), "running")));

    StoredJob whole = await(store().load("a")).orElseThrow();
    assertThat(whole.blobs()).isEqualTo(Map.of("y", "2\nä", "z", "3"));
    assertThat(whole.fields()).isEqualTo(Map.of("seq", "2"));
    assertThat(await(store().outline("a")).orElseThrow()).isEqualTo(whole.withoutBlobs());
    assertThat(await(store().load("b")).orElseThrow().blobs()).isEmpty();
  }

  @Test
  default void manyLargeBlobsAreOneTurn() {
    create("a", 10, "running");
    Map<String, String> many = new java.util.HashMap<>();
    IntStream.range(0, 1500).forEach(i -> many.put("b" + i, "x".repeat(10_000) + i));

    await(store().commit(blobs("a", 4, many, List.of(), "running")));
    assertThat(await(store().load("a")).orElseThrow().blobs()).isEqualTo(many);

    await(store().commit(blobs("a", 5, Map.of(), List.copyOf(many.keySet()), "running")));
    assertThat(await(store().load("a")).orElseThrow().blobs()).isEmpty();
  }

  @Test
  default void aStaleOwnerCanNeitherAddNorDropBlobs() {
    await(
        store()
            .create(
                newJob("a", null, null), blobs("a", 1, Map.of("x", "1"), List.of(), "running")));
    await(store().takeOver("a", "node-1", "node-2", 0));

    Commit stale = blobs("a", 2, Map.of("y", "2"), List.of("x"), "running");
    assertThatThrownBy(() -> await(store().commit(stale))).isInstanceOf(FencedException.class);

    assertThat(await(store().load("a")).orElseThrow().blobs()).isEqualTo(Map.of("x", "1"));
  }

  @Test
  default void blobsGoWithTheirJob() {
    await(
        store()
            .create(
                newJob("a", null, null), blobs("a", 1, Map.of("x", "1"), List.of(), "completed")));
    assertThat(await(store().load("a")).orElseThrow().blobs()).isNotEmpty();

    await(store().recorded(List.of("a")));
    await(store().deleteTerminal());

    create("a", 30, "running");
    assertThat(await(store().load("a")).orElseThrow().blobs()).isEmpty();
  }

  @Test
  default void takingAJobOverFencesTheFormerOwner() {
    create("a", 10, "running");

    assertThat(await(store().takeOver("a", "node-1", "node-2", 0))).isEqualTo(2);

    assertThatThrownBy(() -> await(store().commit(turn("a", 1, 4, 4, 20, "failed"))))
        .isInstanceOf(FencedException.class);
    StoredJob stored = await(store().load("a")).orElseThrow();
    assertThat(stored.owner()).isEqualTo("node-2");
    assertThat(stored.fields()).isEqualTo(Map.of("seq", "3"));
    assertThat(eventsAfter("a", 0, 10)).containsExactly(1L, 2L, 3L);
    assertThat(await(store().row("a"))).isEqualTo(row("a", "running", 3));

    await(store().commit(turn("a", 2, 4, 4, 30, "running")));
    assertThat(eventsAfter("a", 0, 10)).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  default void onlyOneOfTwoTakersGetsTheJob() {
    create("a", 10, "running");

    assertThat(await(store().owner("a"))).isEqualTo("node-1");
    assertThat(await(store().takeOver("a", "node-1", "node-2", 0))).isEqualTo(2);
    assertThat(await(store().takeOver("a", "node-1", "node-3", 0))).isEqualTo(-1);
    assertThat(await(store().takeOver("a", "node-2", "node-3", 1))).isEqualTo(-1);
    assertThat(await(store().takeOver("a", "node-2", "node-3", 2))).isEqualTo(3);
    assertThat(await(store().takeOver("a", "node-3", "node-2", 3))).isEqualTo(4);
    assertThat(await(store().owner("a"))).isEqualTo("node-2");
    assertThat(await(store().holder("a"))).isEqualTo(new JobHolder("node-2", 4));
    assertThat(await(store().holder("no"))).isNull();
    assertThat(await(store().load("a")).orElseThrow().epoch()).isEqualTo(4);
  }

  @Test
  default void aJobThatIsGoneIsFenced() {
    assertThatThrownBy(() -> await(store().commit(turn("no", 1, 1, 1, 20, "running"))))
        .isInstanceOf(FencedException.class);
    assertThat(await(store().row("no"))).isNull();
  }

  @Test
  default void rowsComeLastChangedFirst() {
    create("a", 10, "running");
    create("b", 20, "completed");
    create("c", 30, "running");
    create("d", 40, "failed");
    await(store().commit(turn("a", 1, 4, 4, 50, "running")));

    assertThat(rows(10, true))
        .containsExactly(
            row("a", "running", 4),
            row("d", "failed", 3),
            row("c", "running", 3),
            row("b", "completed", 3));
    assertThat(rows(2, true)).containsExactly(row("a", "running", 4), row("d", "failed", 3));
    assertThat(rows(10, false)).containsExactly(row("a", "running", 4), row("c", "running", 3));
    assertThat(rows(1, false)).containsExactly(row("a", "running", 4));
  }

  private List<String> ids(RowsWanted wanted) {
    return await(store().rows(wanted)).stream().map(ListedRow::jobId).toList();
  }

  /** Five were changed in one millisecond: a page that ends among them is gone on with there. */
  @Test
  default void rowsBehindAPlaceAreThoseThatFollow() {
    create("old", 5, "completed");
    for (String job : List.of("a", "b", "c")) {
      create(job, 10, "running");
    }
    create("d", 10, "completed");
    create("e", 10, "failed");
    create("new", 20, "running");
    List<String> all = ids(RowsWanted.newest(10, true));
    assertThat(all).hasSize(7).startsWith("new").endsWith("old");

    for (int size = 1; size < 4; size++) {
      List<String> paged = new ArrayList<>();
      RowsWanted wanted = RowsWanted.newest(size, true);
      for (var page = await(store().rows(wanted)); !page.isEmpty(); ) {
        page.forEach(row -> paged.add(row.jobId()));
        wanted = wanted.behind(page.getLast().place());
        page = await(store().rows(wanted));
      }
      assertThat(paged).isEqualTo(all);
    }
    assertThat(ids(new RowsWanted(10, false, List.of("completed"), null)))
        .containsExactly("d", "old");
    assertThat(ids(new RowsWanted(10, true, List.of("failed"), null)))
        .containsExactly("new", "e", "c", "b", "a");
  }

  @Test
  default void anAbandonedJobHasEndedAndItsOwnerIsFenced() {
    create("a", 10, "running");
    create("b", 20, "completed");
    Commit end = turn("a", 0, 4, 4, 30, "cancelled");

    assertThat(await(store().abandon(end))).isTrue();

    assertThat(await(store().counts())).isEqualTo(Map.of("cancelled", 1L, "completed", 1L));
    assertThat(await(store().activeJobs())).isEmpty();
    assertThat(await(store().load("a")).orElseThrow().fields()).isEqualTo(end.set());
    assertThat(await(store().events("a", 0, 10)).getLast().seq()).isEqualTo(4);
    assertThatThrownBy(() -> await(store().commit(turn("a", 1, 5, 5, 40, "running"))))
        .isInstanceOf(FencedException.class);
    for (String notOpen : List.of("a", "b", "none")) {
      assertThat(await(store().abandon(turn(notOpen, 0, 6, 6, 50, "cancelled"))))
          .as(notOpen)
          .isFalse();
    }
    assertThat(await(store().deleteTerminal())).isEqualTo(1);
    assertThat(await(store().load("a"))).as("its run is not waited for").isEmpty();
  }

  @Test
  default void jobsAreCountedByStatus() {
    create("a", 10, "running");
    create("b", 20, "running");
    create("c", 30, "paused");
    create("d", 40, "completed");

    Map<String, Long> counts = new java.util.HashMap<>(await(store().counts()));
    counts.values().removeIf(count -> count == 0);
    assertThat(counts).isEqualTo(Map.of("running", 2L, "paused", 1L, "completed", 1L));
  }

  @Test
  default void theIndexTellsTheStatusOfEachJob() {
    for (JobStatus status : JobStatus.values()) {
      create(status.word(), 10, status.word());
    }

    for (JobStatus status : JobStatus.values()) {
      assertThat(await(store().status(status.word()))).isEqualTo(status.word());
    }
    assertThat(await(store().counts())).hasSize(JobStatus.values().length).containsValue(1L);
    assertThat(await(store().status("no"))).isNull();
  }

  /** What is done to jobs at random, with what is to be expected of them. */
  final class RandomLife {
    private final JobStore store;
    private final Random random;
    private final Map<String, String> statuses = new TreeMap<>();
    private final Map<String, Long> epochs = new TreeMap<>();
    private int made;

    RandomLife(JobStore store, long seed) {
      this.store = store;
      this.random = new Random(seed);
    }

    /** One command, which may be one that is refused. */
    void step() {
      List<String> jobs = List.copyOf(statuses.keySet());
      int what = random.nextInt(20);
      if (jobs.isEmpty() || what < 4) {
        create();
      } else if (what < 16) {
        commit(jobs.get(random.nextInt(jobs.size())), what < 15);
      } else if (what < 17) {
        abandon(jobs.get(random.nextInt(jobs.size())));
      } else if (what < 19) {
        takeOver(jobs.get(random.nextInt(jobs.size())));
      } else {
        long ended = statuses.values().stream().filter(RandomLife::isFinal).count();
        await(store.recorded(jobs));
        assertThat(await(store.deleteTerminal())).isEqualTo((int) ended);
        statuses.values().removeIf(RandomLife::isFinal);
      }
    }

    private void create() {
      String job = "job-" + made++;
      String status = word();
      NewJob plain = newJob(job, "key-" + random.nextInt(30), "hash");
      String run = random.nextBoolean() ? null : "chosen-" + random.nextInt(5);
      NewJob chosen =
          new NewJob(job, plain.owner(), plain.manifest(), plain.idempotencyKey(), "hash", run);
      try {
        if (!await(store.create(chosen, turn(job, 1, 1, 3, made, status))).existing()) {
          statuses.put(job, status);
          epochs.put(job, 1L);
        }
      } catch (MnException e) {
        assertThat(e.error()).isEqualTo("run_id_in_use");
      }
    }

    private void commit(String job, boolean mine) {
      String before = statuses.get(job);
      String status = isFinal(before) ? before : word();
      long seq = await(store.lastEvents(job, 1)).getFirst().seq() + 1;
      long epoch = epochs.get(job) + (mine ? 0 : 1);
      try {
        await(store.commit(turn(job, epoch, seq, seq, made, status)));
        statuses.put(job, status);
      } catch (FencedException e) {
        assertThat(mine).isFalse();
      }
    }

    private void abandon(String job) {
      long seq = await(store.lastEvents(job, 1)).getFirst().seq() + 1;
      boolean open = !isFinal(statuses.get(job));
      assertThat(await(store.abandon(turn(job, 0, seq, seq, made, "cancelled")))).isEqualTo(open);
      if (open) {
        statuses.put(job, "cancelled");
        epochs.put(job, 0L);
      }
    }

    private void takeOver(String job) {
      String owner = await(store.owner(job));
      if (owner != null) { // else it was abandoned
        epochs.put(job, await(store.takeOver(job, owner, "node-" + random.nextInt(3), 0)));
      }
    }

    /** The counts are those of a look at each row, and those that are to be expected. */
    void check() {
      Map<String, Long> seen =
          await(store.rows(Integer.MAX_VALUE >> 1, true)).stream()
              .map(row -> Json.parseObject(row.json(), "row").path("status").asText())
              .collect(Collectors.groupingBy(status -> status, Collectors.counting()));
      assertThat(await(store.counts())).isEqualTo(seen);
      assertThat(seen)
          .isEqualTo(
              statuses.values().stream()
                  .collect(Collectors.groupingBy(status -> status, Collectors.counting())));
      assertThat(await(store.activeJobs()))
          .containsExactlyInAnyOrderElementsOf(
              statuses.keySet().stream().filter(job -> !isFinal(statuses.get(job))).toList());
    }

    private String word() {
      return JobStatus.values()[random.nextInt(JobStatus.values().length)].word();
    }

    private static boolean isFinal(String word) {
      return JobStatus.of(word).isTerminal();
    }
  }

  @Test
  default void countsAreThoseOfAFullLookWhateverIsDone() {
    RandomLife life = new RandomLife(store(), 12);
    for (int step = 0; step < 600; step++) {
      life.step();
      if (step % 20 == 0) {
        life.check();
      }
    }
    life.check();
    assertThat(await(store().tidy())).as("nobody's time is over").isZero();
    life.check();
  }

  @Test
  default void anEndedJobIsActiveNoMore() {
    create("a", 10, "running");
    await(store().commit(turn("a", 1, 4, 5, 20, "completed")));

    assertThat(await(store().activeJobs())).isEmpty();
    assertThat(rows(10, true)).containsExactly(row("a", "completed", 5));
    assertThat(await(store().load("a"))).isPresent();
  }

  @Test
  default void eventsAreReadFromAnyCursor() {
    create("a", 10, "running");
    await(store().commit(turn("a", 1, 4, 4, 20, "running")));
    await(store().commit(turn("a", 1, 5, 9, 30, "running")));

    for (long after = 0; after <= 9; after++) {
      for (int limit = 1; limit <= 10; limit++) {
        long last = Math.min(9, after + limit);
        assertThat(eventsAfter("a", after, limit))
            .isEqualTo(LongStream.rangeClosed(after + 1, last).boxed().toList());
      }
    }
    assertThat(await(store().events("a", 5, 1))).containsExactly(new StoredEvent(6, "{\"seq\":6}"));
    for (int limit = 1; limit <= 12; limit++) {
      assertThat(await(store().lastEvents("a", limit)))
          .extracting(StoredEvent::seq)
          .isEqualTo(LongStream.rangeClosed(Math.max(1, 10 - limit), 9).boxed().toList());
    }
  }

  @Test
  default void theNewestEventsStayAndOldOnesGo() {
    create("a", 10, "running");
    long last = 3;
    while (last < 3 * EVENTS_PER_JOB) {
      await(store().commit(turn("a", 1, last + 1, last + 1, 10 + last, "running")));
      last++;
    }

    List<Long> kept = eventsAfter("a", 0, 10 * EVENTS_PER_JOB);
    assertThat(kept).hasSizeBetween(EVENTS_PER_JOB, 2 * EVENTS_PER_JOB + 1);
    assertThat(kept)
        .isEqualTo(LongStream.rangeClosed(last - kept.size() + 1, last).boxed().toList());
  }

  @Test
  default void deletingRemovesEndedJobsOnly() {
    create("a", 10, "running");
    create("b", 20, "completed");
    create("c", 30, "failed");
    create("d", 40, "cancelled");
    await(store().recorded(List.of("a", "b", "c", "d")));

    assertThat(await(store().deleteTerminal())).isEqualTo(3);

    assertThat(await(store().deleteTerminal())).isZero();
    assertThat(rows(10, true)).containsExactly(row("a", "running", 3));
    for (String gone : List.of("b", "c", "d")) {
      assertThat(await(store().load(gone))).isEmpty();
      assertThat(await(store().row(gone))).isNull();
      assertThat(eventsAfter(gone, 0, 10)).isEmpty();
    }
  }

  @Test
  default void aJobWhoseRunIsNotWrittenToTheEndStays() {
    create("a", 10, "completed");
    create("b", 20, "completed");
    create("c", 30, "failed");
    await(store().recorded(List.of("b")));

    assertThat(await(store().deleteTerminal())).isEqualTo(1);
    assertThat(await(store().row("a"))).isNotNull();
    assertThat(await(store().row("b"))).isNull();

    await(store().recorded(List.of("a", "c")));
    assertThat(await(store().deleteTerminal())).isEqualTo(2);
    assertThat(await(store().rows(10, true))).isEmpty();
  }

  @Test
  default void aJobWhoseRunWaitsForAReaderStaysUntilItIsRead() {
    create("a", 10, "completed");
    create("b", 20, "completed");
    create("c", 30, "completed");
    await(store().recorded(List.of("c")));

    await(store().unread(List.of("a", "b", "c", "gone")));

    assertThat(await(store().unrecordedJobs())).isEmpty();
    assertThat(await(store().unreadJobs())).containsExactlyInAnyOrder("a", "b");
    assertThat(await(store().isUnread("a"))).isTrue();
    assertThat(await(store().isUnread("c"))).as("it is written").isFalse();
    assertThat(await(store().dueUnreadJobs(10))).as("nobody's time is over").isEmpty();
    assertThat(await(store().deleteTerminal())).isEqualTo(1);

    await(store().read(List.of("a")));
    assertThat(await(store().unreadJobs())).containsExactly("b");
    assertThat(await(store().deleteTerminal())).isEqualTo(1);
    assertThat(await(store().row("b"))).isNotNull();
  }

  @Test
  default void jobsThatAreNamedAreRemovedUnlessTheyAreOpenOrUnwritten() {
    create("open", 10, "running");
    create("ended", 20, "completed");
    create("failed", 30, "failed");
    create("unwritten", 40, "cancelled");
    create("unread", 50, "completed");
    await(store().recorded(List.of("open", "ended", "failed", "unread")));
    create("other", 60, "completed");
    await(store().recorded(List.of("other")));
    EndedJobs ended = (EndedJobs) store();

    assertThat(await(ended.endedJobs(10)))
        .containsExactlyInAnyOrder("ended", "failed", "unwritten", "unread", "other");
    assertThat(await(ended.endedJobs(2))).hasSize(2);
    assertThat(await(ended.remove(List.of("ended", "open", "failed", "unwritten", "gone"))))
        .containsExactlyInAnyOrder("open", "unwritten");
    assertThat(await(ended.remove(List.of("ended")))).as("it was removed").isEmpty();

    assertThat(await(store().load("ended"))).isEmpty();
    assertThat(await(store().row("failed"))).isNull();
    assertThat(await(store().status("open"))).isEqualTo("running");
    assertThat(await(ended.endedJobs(10)))
        .containsExactlyInAnyOrder("unwritten", "unread", "other");
  }

  @Test
  default void deletionsAtOnceCountAJobOnce() {
    List<String> jobs = IntStream.range(0, 50).mapToObj(i -> "job-" + i).toList();
    jobs.forEach(job -> create(job, 10, "completed"));
    await(store().recorded(jobs));

    List<CompletionStage<Integer>> counts =
        IntStream.range(0, 4).mapToObj(i -> store().deleteTerminal()).toList();

    assertThat(counts.stream().mapToInt(JobStoreContract::await).sum()).isEqualTo(50);
  }
}

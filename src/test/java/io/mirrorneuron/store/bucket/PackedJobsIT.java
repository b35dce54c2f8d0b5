package io.mirrorneuron.store.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.ListedRow;
import io.mirrorneuron.store.RedisJobStore;
import io.mirrorneuron.testing.RedisFixture;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Ended jobs are packed, and nobody who reads them or goes on writing to them can tell. */
class PackedJobsIT {
  @TempDir static Path folder;
  private static RedisFixture redis;

  private Keys keys;
  private JobStore store;

  /** Has not seen how the jobs came about, as after a restart, and does not pack them. */
  private JobStore other;

  @BeforeAll
  static void start() {
    redis = RedisFixture.start(folder);
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void makeStores(TestInfo test) {
    keys = new Keys(test.getTestMethod().orElseThrow().getName());
    store = new RedisJobStore(redis.pipelines(), keys, Duration.ofHours(1), 100);
    other = new RedisJobStore(redis.pipelines(), keys, Duration.ofHours(1), 100);
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private static NewJob job(String id) {
    return new NewJob(id, "node-1", "{\"graph_id\":\"g\"}", "key of " + id, "hash", "mine-" + id);
  }

  private static Commit turn(String job, long first, long last, String status, String... fields) {
    List<String> events = new ArrayList<>();
    for (long seq = first; seq <= last; seq++) {
      events.add("{\"seq\":%d,\"type\":\"it_happened\"}".formatted(seq));
    }
    Map<String, String> set = new HashMap<>();
    for (int i = 0; i < fields.length; i += 2) {
      set.put(fields[i], fields[i + 1]);
    }
    return new Commit(
        job,
        1,
        set,
        first == 1 ? List.of() : List.of("gone"),
        Map.of(),
        List.of(),
        events,
        last,
        "{\"job_id\":\"%s\",\"status\":\"%s\",\"event_seq\":%d}".formatted(job, status, last),
        last,
        status,
        status.equals("completed"),
        JobStore.Allocations.NONE,
        null);
  }

  /** Ends in its third turn, which {@code end} writes. */
  private void life(String job, JobStore end) {
    await(store.create(job(job), turn(job, 1, 3, "running", "h", "begun", "gone", "soon")));
    await(store.commit(turn(job, 4, 4, "running", "a:s0", "{}")));
    await(end.commit(turn(job, 5, 6, "completed", "h", "ended")));
  }

  private List<String> keysOf(String job) {
    return redis.ask(Command.KEYS, keys.namespace() + ":{job:" + job + "}:*").stream()
        .map(Response::toString)
        .toList();
  }

  private record Everything(
      StoredJob loaded,
      StoredJob outline,
      String manifest,
      String owner,
      String row,
      String status,
      List<StoredEvent> events,
      List<StoredEvent> after,
      List<StoredEvent> few,
      List<StoredEvent> last) {}

  private static Everything read(JobStore from, String job) {
    return new Everything(
        await(from.load(job)).orElseThrow(),
        await(from.outline(job)).orElseThrow(),
        await(from.manifest(job)),
        await(from.owner(job)),
        await(from.row(job)),
        await(from.status(job)),
        await(from.events(job, 0, 100)),
        await(from.events(job, 4, 100)),
        await(from.events(job, 1, 2)),
        await(from.lastEvents(job, 2)));
  }

  /** Between any two commands of a reader the job may be thawed. */
  @Test
  void whoReadsWhileAJobIsThawedReadsTheWholeOfIt() {
    for (int round = 0; round < 200; round++) {
      String job = "thawed-" + round;
      life(job, store);
      List<CompletionStage<?>> reads = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        reads.add(
            store
                .outline(job)
                .thenAccept(one -> assertThat(one.orElseThrow().fields()).hasSize(2)));
        reads.add(store.manifest(job).thenAccept(text -> assertThat(text).contains("graph_id")));
        reads.add(store.holder(job).thenAccept(its -> assertThat(its.owner()).isEqualTo("node-1")));
        reads.add(store.events(job, 4, 9).thenAccept(some -> assertThat(some).hasSize(2)));
        reads.add(store.lastEvents(job, 3).thenAccept(some -> assertThat(some).hasSize(3)));
        if (i == round % 8) {
          reads.add(other.takeOver(job, "node-1", "node-1", 7));
        }
      }
      reads.forEach(PackedJobsIT::await);
    }
  }

  /** The same job, once as versions before left it and once packed. */
  @Test
  void aPackedJobReadsAsOneThatIsNotPacked() {
    life("a", other);
    Everything plain = read(store, "a");
    assertThat(keysOf("a")).contains(keys.events("a"), keys.manifest("a"));
    redis.ask(Command.FLUSHALL);
    life("a", store);

    assertThat(keysOf("a")).containsExactlyInAnyOrder(keys.row("a"), keys.state("a"));
    assertThat(read(store, "a")).isEqualTo(plain);
    assertThat(read(other, "a")).isEqualTo(plain);
    assertThat(plain.loaded().fields()).isEqualTo(Map.of("h", "ended", "a:s0", "{}"));
    assertThat(plain.after()).extracting(StoredEvent::seq).containsExactly(5L, 6L);
    assertThat(plain.few()).extracting(StoredEvent::seq).containsExactly(2L, 3L);
    assertThat(await(store.events("a", 6, 100))).isEmpty();
  }

  @Test
  void bothKindsAreListedAndGoneThrough() {
    life("plain", other);
    life("packed", store);
    await(store.create(job("once"), turn("once", 1, 2, "completed", "h", "at once")));

    assertThat(keysOf("once")).containsExactlyInAnyOrder(keys.row("once"), keys.state("once"));
    assertThat(await(store.rows(10, true)))
        .extracting(ListedRow::json)
        .hasSize(3)
        .allMatch(row -> row.startsWith("{\"job_id\":"));
    List<String> headers = new ArrayList<>();
    await(store.eachState("h", headers::add));
    assertThat(headers).containsExactlyInAnyOrder("ended", "ended", "at once");
  }

  @Test
  void anEventThatComesAfterTheEndFindsAllThatWasThere() {
    life("a", store);
    await(other.commit(turn("a", 7, 7, "completed", "h", "forked")));

    assertThat(await(store.events("a", 0, 100)))
        .extracting(StoredEvent::seq)
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
    assertThat(await(store.load("a")).orElseThrow().fields())
        .isEqualTo(Map.of("h", "forked", "a:s0", "{}"));
    assertThat(await(store.owner("a"))).isEqualTo("node-1");
    assertThat(await(store.takeOver("a", "node-1", "node-2", 0))).isEqualTo(2);
    assertThatThrownBy(() -> await(store.commit(turn("a", 8, 8, "completed"))))
        .hasRootCauseInstanceOf(JobStore.FencedException.class);
  }

  @Test
  void whatItsKeyAndItsRunIdAreForStays() {
    life("a", store);

    NewJob again = new NewJob("b", "node-1", "{}", "key of a", "hash", null);
    assertThat(await(store.create(again, turn("b", 1, 1, "running"))))
        .isEqualTo(new JobStore.Created("a", true));
    assertThatThrownBy(
            () ->
                await(
                    store.create(
                        new NewJob("b", "node-1", "{}", null, null, "mine-a"),
                        turn("b", 1, 1, "running"))))
        .hasMessageContaining("job a has a run with this id");
    await(store.recorded(List.of("a")));
    assertThat(await(store.deleteTerminal())).isEqualTo(1);
    assertThat(redis.ask(Command.KEYS, keys.namespace() + ":*").size()).isZero();
    assertThat(await(store.events("a", 0, 10))).isEmpty();
    assertThat(await(store.load("a"))).isEmpty();
  }

  @Test
  void aRowThatWasReadBeforeIsTheNewOneOnceItHasChanged() {
    life("a", store);
    String ended = await(other.row("a"));
    assertThat(await(other.row("a"))).isEqualTo(ended);

    await(store.commit(turn("a", 7, 7, "failed")));

    assertThat(await(other.row("a"))).isNotEqualTo(ended).isEqualTo(await(store.row("a")));
    redis.ask(Command.DEL, keys.row("a"));
    assertThat(await(other.row("a"))).isNull();
  }

  @Test
  void damageIsReported() {
    life("a", store);
    assertThat(await(store.row("a"))).isNotNull();
    redis.ask(Command.SET, keys.row("a"), "\1damaged");

    assertThatThrownBy(() -> await(store.row("a"))).hasMessageContaining("a packed job");
    assertThatThrownBy(() -> await(store.load("a")))
        .hasRootCauseInstanceOf(MnException.class)
        .hasMessageContaining("a packed job");
    assertThat(await(store.rows(10, true))).extracting(ListedRow::json).containsOnlyNulls();
    assertThat(await(store.status("a"))).isEqualTo("completed");
  }
}

package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.RecordStore.StoredRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What every store of records promises. */
public interface RecordStoreContract {
  String KIND = "alarms";

  /** An empty one. */
  RecordStore records();

  private static <T> T now(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private long put(String id, String json, long dueAt) {
    return now(records().write(KIND, id, 0, json, dueAt)).orElseThrow();
  }

  @Test
  default void whatIsWrittenIsRead() {
    long revision = put("a b/c:é", "{\"x\": \"1 2\"}", 17);

    assertThat(now(records().read(KIND, "a b/c:é")))
        .contains(new StoredRecord("a b/c:é", revision, 17, "{\"x\": \"1 2\"}"));
    assertThat(now(records().read(KIND, "other"))).isEmpty();
    assertThat(now(records().read("other", "a b/c:é"))).isEmpty();
  }

  @Test
  default void noRecordHasAZeroByteInItsName() {
    put("a", "1", 0);
    for (String id : List.of("\0", "a\0", "\0a")) {
      assertThat(now(records().read(KIND, id))).isEmpty();
      assertThat(now(records().document(KIND, id))).isEmpty();
      assertThat(now(records().history(KIND, id))).isEmpty();
    }
  }

  @Test
  default void aPageOfLargeRecordsIsAsLongAsWasAsked() {
    String large = "x".repeat(1_500_000);
    for (String id : List.of("a", "b", "c", "d", "e")) {
      put(id, large, 7);
    }
    assertThat(now(records().list(KIND, "", 4)))
        .extracting(StoredRecord::id)
        .containsExactly("a", "b", "c", "d");
    assertThat(now(records().list(KIND, "c", 4))).extracting(StoredRecord::id).hasSize(2);
    assertThat(now(records().due(KIND, 7, 1, 9)))
        .extracting(StoredRecord::id)
        .containsExactly("b", "c", "d", "e");
  }

  @Test
  default void aWriteReplacesOnlyWhatWasRead() {
    long first = put("a", "1", 0);
    assertThat(now(records().write(KIND, "a", 0, "2", 0))).isEmpty();
    Optional<Long> second = now(records().write(KIND, "a", first, "3", 0));
    assertThat(now(records().write(KIND, "a", first, "4", 0))).isEmpty();

    assertThat(second).hasValueSatisfying(revision -> assertThat(revision).isGreaterThan(first));
    assertThat(now(records().read(KIND, "a")))
        .hasValueSatisfying(a -> assertThat(a.json()).isEqualTo("3"));
  }

  @Test
  default void aRecordIsDeletedOnlyAsItWasRead() {
    long first = put("a", "1", 5);
    long second = now(records().write(KIND, "a", first, "2", 5)).orElseThrow();

    assertThat(now(records().delete(KIND, "a", first))).isFalse();
    assertThat(now(records().delete(KIND, "a", second))).isTrue();
    assertThat(now(records().read(KIND, "a"))).isEmpty();
    assertThat(now(records().list(KIND, "", 10))).isEmpty();
    assertThat(now(records().due(KIND, 10, 0, 10))).isEmpty();
  }

  /** Else who has read the first would overwrite the second. */
  @Test
  default void aRevisionNeverComesBack() {
    long first = put("a", "1", 0);
    now(records().delete(KIND, "a", first));
    put("a", "2", 0);

    assertThat(now(records().write(KIND, "a", first, "3", 0))).isEmpty();
    assertThat(now(records().delete(KIND, "a", first))).isFalse();
  }

  @Test
  default void ofTwoWritersOneWins() {
    long first = put("a", "0", 0);
    List<CompletionStage<Optional<Long>>> writes = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      writes.add(records().write(KIND, "a", first, "w" + i, 0));
    }

    assertThat(writes.stream().map(RecordStoreContract::now).filter(Optional::isPresent))
        .hasSize(1);
  }

  @Test
  default void pagesGoByIdAndMissNone() {
    List<String> ids = List.of("A", "a", "b-1", "b-10", "b-2", "c", "é");
    ids.reversed().forEach(id -> put(id, "{}", 0));

    List<String> listed = new ArrayList<>();
    List<StoredRecord> page = now(records().list(KIND, "", 3));
    while (!page.isEmpty()) {
      assertThat(page).hasSizeLessThanOrEqualTo(3);
      page.forEach(record -> listed.add(record.id()));
      page = now(records().list(KIND, listed.getLast(), 3));
    }
    assertThat(listed).isEqualTo(ids);
  }

  @Test
  default void whatIsDueComesEarliestFirst() {
    put("late", "{}", 300);
    put("early", "{}", 100);
    put("never", "{}", RecordStore.NEVER);
    long middle = put("middle", "{}", 200);

    assertThat(now(records().due(KIND, 299, 0, 10)))
        .extracting(StoredRecord::id)
        .containsExactly("early", "middle");
    assertThat(now(records().due(KIND, 999, 1, 1)))
        .extracting(StoredRecord::id)
        .containsExactly("middle");
    now(records().write(KIND, "middle", middle, "{}", RecordStore.NEVER));
    assertThat(now(records().due(KIND, 999, 0, 10)))
        .extracting(StoredRecord::id)
        .containsExactly("early", "late");
  }

  @Test
  default void whatLiesBesideARecordIsWrittenAndGoesWithIt() {
    RecordStore store = records();
    var first = new RecordStore.Beside(0, List.of("red"), "the document", List.of("1", "2"));
    long made = now(store.write(KIND, "a", 0, "{}", 0, first)).orElseThrow();
    var second = new RecordStore.Beside(0, List.of("blue"), null, List.of("3"));
    assertThat(now(store.write(KIND, "a", 1_000_000, "{}", 0, second))).isEmpty();
    assertThat(now(store.list(KIND, "red", "", 10))).extracting(StoredRecord::id).contains("a");
    long moved = now(store.write(KIND, "a", made, "{}", 0, second)).orElseThrow();

    assertThat(now(store.document(KIND, "a"))).contains("the document");
    assertThat(now(store.history(KIND, "a"))).containsExactly("3", "2", "1");
    assertThat(now(store.list(KIND, "red", "", 10))).isEmpty();
    assertThat(now(store.list(KIND, "blue", "", 10))).hasSize(1);

    now(store.delete(KIND, "a", moved));
    assertThat(now(store.document(KIND, "a"))).isEmpty();
    assertThat(now(store.history(KIND, "a"))).isEmpty();
    assertThat(now(store.list(KIND, "blue", "", 10))).isEmpty();
  }

  @Test
  default void newsOfAllRecordsAreToldInOneOrderAndOnlyWithWhatIsWritten() {
    RecordStore store = records();
    var two = new RecordStore.Beside(0, List.of(), null, List.of("past"), List.of("{1}", "{2}"));
    long made = now(store.write(KIND, "a", 0, "{}", 0, two)).orElseThrow();
    var third = new RecordStore.Beside(0, List.of(), null, List.of(), List.of("{3}"));
    assertThat(now(store.write(KIND, "a", made + 7, "{}", 0, third))).isEmpty();
    now(store.write(KIND, "b", 0, "{}", 0, third));
    now(store.delete(KIND, "a", made));

    assertThat(now(store.news(KIND, 0, 2)))
        .containsExactly(new RecordStore.News(1, "{1}"), new RecordStore.News(2, "{2}"));
    assertThat(now(store.news(KIND, 2, 9))).containsExactly(new RecordStore.News(3, "{3}"));
    assertThat(now(store.news(KIND, 3, 9))).isEmpty();
    assertThat(now(store.lastNews(KIND, 2)))
        .extracting(RecordStore.News::json)
        .containsExactly("{2}", "{3}");
    assertThat(now(store.list(KIND, "", 9))).extracting(StoredRecord::id).containsExactly("b");
    assertThat(now(store.news("another", 0, 9))).isEmpty();
    assertThat(now(store.history(KIND, "b"))).isEmpty();
  }

  @Test
  default void aRecordIsFoundInEachOfItsGroupsAndLeavesThoseThatItHasNoLonger() {
    RecordStore store = records();
    var both = new RecordStore.Beside(0, List.of("red", "on:a b"), null, List.of());
    long made = now(store.write(KIND, "a", 0, "{}", 0, both)).orElseThrow();
    put("other", "{}", 0);
    assertThat(now(store.list(KIND, "red", "", 10))).extracting(StoredRecord::id).contains("a");
    assertThat(now(store.list(KIND, "on:a b", "", 10)))
        .extracting(StoredRecord::id)
        .containsExactly("a");
    var moved = new RecordStore.Beside(0, List.of("red", "on:c"), null, List.of());
    assertThat(now(store.write(KIND, "a", 1_000_000, "{}", 0, moved))).isEmpty();
    assertThat(now(store.list(KIND, "on:c", "", 10))).isEmpty();
    long second = now(store.write(KIND, "a", made, "{}", 0, moved)).orElseThrow();

    assertThat(now(store.list(KIND, "on:a b", "", 10))).isEmpty();
    assertThat(now(store.list(KIND, "on:c", "", 10))).hasSize(1);
    assertThat(now(store.list(KIND, "red", "", 10))).hasSize(1);
    long bare = now(store.write(KIND, "a", second, "{}", 0)).orElseThrow();
    assertThat(now(store.list(KIND, "red", "", 10))).isEmpty();
    now(store.delete(KIND, "a", bare));
    assertThat(now(store.list(KIND, "on:c", "", 10))).isEmpty();
  }

  @Test
  default void ofTheHistoryTheNewestIsKept() {
    long revision = 0;
    for (int i = 0; i < RecordStore.LONGEST_HISTORY + 5; i++) {
      var beside = new RecordStore.Beside(0, List.of(), null, List.of("" + i));
      revision = now(records().write(KIND, "a", revision, "{}", 0, beside)).orElseThrow();
    }
    assertThat(now(records().history(KIND, "a")))
        .hasSize(RecordStore.LONGEST_HISTORY)
        .startsWith("" + (RecordStore.LONGEST_HISTORY + 4));
  }

  @Test
  default void aLeaderThatLeadsNoMoreWritesNothing() {
    var late = new RecordStore.Beside(77, List.of(), null, List.of());

    assertThat(records().write(KIND, "a", 0, "{}", 0, late).toCompletableFuture())
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableThat()
        .withMessageContaining("another server leads");
    assertThat(now(records().read(KIND, "a"))).isEmpty();
  }
}

package io.mirrorneuron.cli.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShortIdsTest {
  private static final String TEN = "2026-12-02T10:00:00Z";
  private static final String ELEVEN = "2026-12-02T11:00:00Z";
  private static final String NOON = "2026-12-02T12:00:00Z";

  private static ListedJob row(String id, String graph, String submitted, String updated) {
    return new ListedJob(id, "run-" + id, graph, graph, "running", submitted, updated);
  }

  private static String last(String words, ListedJob... rows) throws InterruptedException {
    return ShortIds.last(words, _ -> List.of(rows)).jobId();
  }

  @Test
  void theLastJobIsTheOneThatWasSubmittedLastAndNotTheOneThatChangedLast() throws Exception {
    ListedJob[] rows = {
      row("old", "nightly", TEN, NOON), row("new", "letter", ELEVEN, ELEVEN),
    };

    assertThat(last("@last", rows)).isEqualTo("new");
    assertThat(last("@last:nightly", rows)).isEqualTo("old");
  }

  @Test
  void ofOneSecondTheIdTellsWhichIsTheLast() throws Exception {
    assertThat(
            last(
                "@last",
                row("a-1796173925575-0123456789ab", "a", TEN, NOON),
                row("a-1796173925911-0123456789ab", "a", TEN, ELEVEN),
                row("a-1796173925600-0123456789ab", "a", TEN, TEN)))
        .isEqualTo("a-1796173925911-0123456789ab");
  }

  @Test
  void moreIsLookedAtUntilNoLaterOneCanFollow() throws Exception {
    List<Integer> looks = new ArrayList<>();
    List<ListedJob> busy =
        new ArrayList<>(
            IntStream.range(0, 60).mapToObj(i -> row("j" + i, "long", TEN, NOON)).toList());
    busy.add(row("last", "short", ELEVEN, ELEVEN));

    ListedJob last =
        ShortIds.last(
            "@last",
            limit -> {
              looks.add(limit);
              return busy.stream().limit(limit).toList();
            });

    assertThat(last.jobId()).isEqualTo("last");
    assertThat(looks).containsExactly(50, 1000);
  }

  @Test
  void whereThereIsNoneThatIsSaid() {
    assertThatThrownBy(() -> last("@last"))
        .hasMessage("there is no job yet")
        .extracting(e -> ((MnException) e).code())
        .isEqualTo(ErrorCode.NOT_FOUND);
    assertThatThrownBy(() -> last("@last:x", row("j", "y", TEN, TEN)))
        .hasMessage("there is no job of a workflow x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"@first", "@last:", "@", "@lastly"})
  void otherWordsAreRefused(String words) {
    assertThatThrownBy(() -> last(words, row("j", "y", TEN, TEN)))
        .hasMessageStartingWith(words + " is no id; @last is the last job");
  }

  @Test
  void aBeginningCountsWhenOnlyOneIdHasIt() {
    List<String> ids = List.of("letter-17961", "letter-17962", "nightly-1", "letter-17963", "lett");

    assertThat(ShortIds.only("nigh", ids.stream())).contains("nightly-1");
    assertThat(ShortIds.only("letter-17962…", ids.stream())).contains("letter-17962");
    assertThat(ShortIds.only("nig", ids.stream())).as("too short").isEmpty();
    assertThat(ShortIds.only("other", ids.stream())).isEmpty();
    assertThatThrownBy(() -> ShortIds.only("lett", ids.stream()))
        .hasMessage(
            "4 ids begin with lett: letter-17961, letter-17962, letter-17963 and 1 more; give more"
                + " of it");
    assertThat(ShortIds.only("same-id", Stream.of("same-id-1", "same-id-1"))).contains("same-id-1");
  }
}

package io.mirrorneuron.run.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.journal.RunJournal.JournalIntake.NewestEntries;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class NewestEntriesTest {

  private static List<JournalEntry> entries(long first, long last, int bytes) {
    return LongStream.rangeClosed(first, last)
        .mapToObj(
            seq -> new JournalEntry(seq, RunLog.LOGS, 0, "f", seq, seq, "-", 0, new byte[bytes]))
        .toList();
  }

  private static List<Long> numbers(List<JournalEntry> entries) {
    return entries.stream().map(JournalEntry::seq).toList();
  }

  @Test
  void whatWasTakenInIsToldBehindANumber() {
    NewestEntries newest = NewestEntries.behind(4).with(entries(5, 6, 10)).with(entries(7, 8, 10));

    assertThat(numbers(newest.after(4))).containsExactly(5L, 6L, 7L, 8L);
    assertThat(numbers(newest.after(6))).containsExactly(7L, 8L);
    assertThat(newest.after(8)).isEmpty();
    assertThat(newest.after(100)).isEmpty();
  }

  @Test
  void whatWasThereBeforeIsNotKnown() {
    assertThat(NewestEntries.behind(4).after(3)).isNull();
    assertThat(NewestEntries.behind(4).after(4)).isEmpty();
  }

  @Test
  void whatIsTooMuchToBeKeptGoesOldestFirst() {
    NewestEntries newest = NewestEntries.behind(0).with(entries(1, 10, 20_000));

    assertThat(newest.after(0)).isNull();
    assertThat(newest.after(newest.from() - 1)).isNull();
    assertThat(numbers(newest.after(newest.from()))).startsWith(newest.from() + 1).endsWith(10L);
    assertThat(newest.from()).isEqualTo(6);
  }
}

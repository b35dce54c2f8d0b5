package io.mirrorneuron.run.journal;

import java.util.ArrayList;
import java.util.List;

/**
 * The entries of a journal that were taken in last, as many as are worth their memory. Immutable.
 *
 * @param from the number behind which these are all that there is
 */
record NewestEntries(long from, List<JournalEntry> entries) {
  private static final int MOST_BYTES = 64 << 10;

  /** Nothing was taken in since. */
  static NewestEntries behind(long seq) {
    return new NewestEntries(seq, List.of());
  }

  NewestEntries with(List<JournalEntry> more) {
    List<JournalEntry> all = new ArrayList<>(entries);
    all.addAll(more);
    int first = all.size();
    for (int bytes = 0; first > 0 && bytes < MOST_BYTES; first--) {
      bytes += all.get(first - 1).json().length;
    }
    return new NewestEntries(
        first == 0 ? from : all.get(first - 1).seq(), List.copyOf(all.subList(first, all.size())));
  }

  /** Null when some of what is behind the number is not here. */
  List<JournalEntry> after(long seq) {
    if (seq < from) {
      return null;
    }
    int first = entries.size();
    while (first > 0 && entries.get(first - 1).seq() > seq) {
      first--;
    }
    return entries.subList(first, entries.size());
  }
}

package io.mirrorneuron.run.folder;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * A set of mostly consecutive numbers. Its memory grows with the number of gaps, never with their
 * size: programs write these numbers too.
 */
public final class RangeSet {
  /** First and last number of each unbroken sequence. */
  private final TreeMap<Long, Long> sequences = new TreeMap<>();

  private long count;

  public boolean has(long number) {
    Map.Entry<Long, Long> sequence = sequences.floorEntry(number);
    return sequence != null && number <= sequence.getValue();
  }

  public void add(long number) {
    add(number, number);
  }

  /**
   * Adds a range, both ends included. None of its numbers may be in the set yet, unless it is a
   * single number.
   */
  public void add(long first, long last) {
    if (has(first)) {
      return;
    }
    Map.Entry<Long, Long> before = sequences.lowerEntry(first);
    Long after = sequences.remove(last + 1);
    sequences.put(
        before != null && before.getValue() == first - 1 ? before.getKey() : first,
        after == null ? last : after);
    count += last - first + 1;
  }

  /** Adds all numbers from 0 to the smallest in the set. */
  void addAllBefore() {
    if (!sequences.isEmpty() && sequences.firstKey() > 0) {
      add(0, sequences.firstKey() - 1);
    }
  }

  public long count() {
    return count;
  }

  /**
   * Passes on the bounds of each unbroken sequence, ascending: its first number, then the number
   * after its last.
   */
  public void forEachBound(LongConsumer bounds) {
    sequences.forEach(
        (first, last) -> {
          bounds.accept(first);
          bounds.accept(last + 1);
        });
  }
}

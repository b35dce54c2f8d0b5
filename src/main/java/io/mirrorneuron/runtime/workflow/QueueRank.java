package io.mirrorneuron.runtime.workflow;

import java.util.Comparator;

/**
 * The place of a program among those that wait for slots and resources of a node: first those that
 * had them when a server ended, then who has waited longest.
 *
 * @param had whether it had what it asks for when its server ended
 * @param since when it began to wait, in milliseconds since the epoch
 */
public record QueueRank(boolean had, long since) implements Comparable<QueueRank> {
  private static final Comparator<QueueRank> ORDER =
      Comparator.comparing(QueueRank::had).reversed().thenComparingLong(QueueRank::since);

  @Override
  public int compareTo(QueueRank other) {
    return ORDER.compare(this, other);
  }
}

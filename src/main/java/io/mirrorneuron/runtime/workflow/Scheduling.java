package io.mirrorneuron.runtime.workflow;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * How to choose the node of an agent.
 *
 * @param isChosen whether the author wrote the strategy: then programs may leave the node of their
 *     job for a better one
 * @param preferredNode taken when possible; null for none
 * @param constraints all of which must hold
 */
public record Scheduling(
    Strategy strategy, boolean isChosen, String preferredNode, List<Constraint> constraints) {
  public static final Scheduling ANY = new Scheduling(Strategy.BINPACK, false, null, List.of());

  public Scheduling {
    constraints = List.copyOf(constraints);
  }

  public enum Strategy {
    /** The fullest node that has room, so that other nodes stay empty. */
    BINPACK,
    /** The emptiest node. */
    SPREAD
  }

  /** Whether the author wrote nothing about it. */
  public boolean isAnything() {
    return equals(ANY);
  }

  /** The same with more constraints. */
  public Scheduling and(List<Constraint> more) {
    return more.isEmpty()
        ? this
        : new Scheduling(
            strategy,
            isChosen,
            preferredNode,
            Stream.concat(constraints.stream(), more.stream()).toList());
  }

  /**
   * The order of programs that wait for slots and resources of a node: first those that had them
   * when a server ended, then by waiting time.
   *
   * @param had whether it had its slots when its server ended
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

  /**
   * A condition on the nodes that may run an agent.
   *
   * @param attribute of the node: {@code os}, {@code meta.rack}
   * @param values to compare with; none for operators that only ask whether the attribute is there
   */
  public record Constraint(String attribute, Operator operator, List<String> values) {
    public Constraint {
      values = List.copyOf(values);
    }

    /** How an attribute is compared. With several values, a match with any of them is enough. */
    public enum Operator {
      EQUAL("="),
      NOT_EQUAL("!="),
      MORE(">"),
      AT_LEAST(">="),
      LESS("<"),
      AT_MOST("<="),
      CONTAINS("contains"),
      MATCHES("regexp"),
      EXISTS("exists"),
      ABSENT("not_exists");

      private final String word;

      Operator(String word) {
        this.word = word;
      }

      public String word() {
        return word;
      }

      /** Whether the operator needs an order of the values. */
      public boolean asksForOrder() {
        return compareTo(MORE) >= 0 && compareTo(AT_MOST) <= 0;
      }

      /** Whether it compares with a value. */
      public boolean needsValue() {
        return this != EXISTS && this != ABSENT;
      }
    }

    /** For people: {@code os = linux}. */
    public String words() {
      String compared = attribute + " " + operator.word;
      return values.isEmpty() ? compared : compared + " " + String.join(" or ", values);
    }
  }
}

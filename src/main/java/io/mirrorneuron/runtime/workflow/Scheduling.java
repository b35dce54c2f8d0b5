package io.mirrorneuron.runtime.workflow;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which of several nodes is to run an agent.
 *
 * @param isChosen whether the author wrote the strategy: then programs may leave the node of their
 *     job when another is better by it
 * @param preferredNode taken when it can be; null for none
 * @param constraints each of which must hold
 */
public record Scheduling(
    Strategy strategy, boolean isChosen, String preferredNode, List<Constraint> constraints) {
  public static final Scheduling ANY = new Scheduling(Strategy.BINPACK, false, null, List.of());

  public Scheduling {
    constraints = List.copyOf(constraints);
  }

  public enum Strategy {
    /** The fullest node that has room, so that others stay empty. */
    BINPACK,
    /** The emptiest. */
    SPREAD
  }

  /** Whether its author wrote nothing of it. */
  public boolean isAnything() {
    return equals(ANY);
  }

  /** The same, with more that must hold. */
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
   * The place of a program among those that wait for slots and resources of a node: first those
   * that had them when a server ended, then who has waited longest.
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

  /**
   * What must hold of a node that is to run an agent.
   *
   * @param attribute of the node: {@code os}, {@code meta.rack}
   * @param values that it is compared with; none where the operator asks only whether it is there
   */
  public record Constraint(String attribute, Operator operator, List<String> values) {
    public Constraint {
      values = List.copyOf(values);
    }

    /**
     * How an attribute is compared; one of several values has each of them as one that may hold.
     */
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

      /** Whether what it compares must have an order. */
      public boolean asksForOrder() {
        return compareTo(MORE) >= 0 && compareTo(AT_MOST) <= 0;
      }

      /** Whether it compares with something. */
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

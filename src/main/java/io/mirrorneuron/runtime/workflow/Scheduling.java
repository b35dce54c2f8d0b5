package io.mirrorneuron.runtime.workflow;

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
}

package io.mirrorneuron.runtime.state;

import io.mirrorneuron.runtime.workflow.StepGraph.Trigger;

/**
 * Counts the outcomes of a step's parents as they end, so that a join of ten thousand costs each of
 * them the same as a join of two.
 */
public final class ParentOutcomes {
  /** Whether a step may start. */
  public enum Verdict {
    WAIT,
    START,
    /** It cannot start any more. */
    NEVER
  }

  /**
   * The end of a parent, seen through the edge to the child.
   *
   * @param accepted whether its status is among those that the edge accepts
   */
  record Ending(boolean accepted, boolean success, boolean failed) {}

  private static final class Count {
    private int parents;
    private int ended;
    private int accepted;
    private int successes;
    private int failures;

    private void add(Ending ending) {
      ended++;
      accepted += ending.accepted() ? 1 : 0;
      successes += ending.success() ? 1 : 0;
      failures += ending.failed() ? 1 : 0;
    }

    private boolean allEnded() {
      return ended == parents;
    }
  }

  private final Count all = new Count();

  /** Parents with a required edge; only these hold back the rules that ask for all. */
  private final Count required = new Count();

  void expect(boolean isRequired, int parents) {
    all.parents += parents;
    required.parents += isRequired ? parents : 0;
  }

  void add(boolean isRequired, Ending ending) {
    all.add(ending);
    if (isRequired) {
      required.add(ending);
    }
  }

  public boolean anySuccess() {
    return all.successes > 0;
  }

  Verdict verdict(Trigger trigger) {
    if (all.parents == 0) {
      return Verdict.START;
    }
    return switch (trigger.rule()) {
      case ALL_SUCCESS -> allSuccess();
      case ALL_DONE -> required.parents == 0 ? oneDone() : startOrWait(required.allEnded());
      case ONE_SUCCESS -> startOrNever(all.successes > 0);
      case ONE_DONE -> oneDone();
      case ONE_FAILED -> startOrNever(all.failures > 0);
      case NONE_FAILED_MIN_ONE_SUCCESS ->
          all.failures > 0 ? Verdict.NEVER : all.allEnded() ? min(1) : Verdict.WAIT;
      case QUORUM_SUCCESS -> min(trigger.quorum());
    };
  }

  private Verdict allSuccess() {
    if (required.parents == 0) {
      return oneDone();
    }
    if (required.accepted < required.ended) {
      return Verdict.NEVER;
    }
    return startOrWait(required.allEnded());
  }

  private Verdict oneDone() {
    return startOrWait(all.ended > 0);
  }

  private Verdict min(int successes) {
    if (all.successes >= successes) {
      return Verdict.START;
    }
    return all.successes + all.parents - all.ended < successes ? Verdict.NEVER : Verdict.WAIT;
  }

  private static Verdict startOrWait(boolean holds) {
    return holds ? Verdict.START : Verdict.WAIT;
  }

  private Verdict startOrNever(boolean holds) {
    return holds ? Verdict.START : all.allEnded() ? Verdict.NEVER : Verdict.WAIT;
  }
}

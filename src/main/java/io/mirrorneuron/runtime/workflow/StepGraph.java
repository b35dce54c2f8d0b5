package io.mirrorneuron.runtime.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.ResourceRequest.DeviceDemand;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The problem graph of a workflow: the steps, their order and their failure policies. Acyclic.
 * Defaults are filled in.
 *
 * @param steps by id, in manifest order
 * @param source the step without parents
 * @param sink the step whose output is the workflow's
 * @param maxParallel how many steps may run at once; 0 is no limit
 */
public record StepGraph(Map<String, Step> steps, String source, String sink, int maxParallel) {
  /** Of a workflow without steps. */
  public static final StepGraph NONE = new StepGraph(Map.of(), null, null, 0);

  public StepGraph {
    steps = Collections.unmodifiableMap(new LinkedHashMap<>(steps));
  }

  /** The same graph with renamed agents. */
  StepGraph withAgents(UnaryOperator<String> rename) {
    Map<String, Step> renamed = new LinkedHashMap<>();
    steps.forEach((id, step) -> renamed.put(id, step.withAgents(rename)));
    return new StepGraph(renamed, source, sink, maxParallel);
  }

  public boolean isEmpty() {
    return steps.isEmpty();
  }

  /**
   * @param run the agent or binding that its author named
   * @param agentIds the agents that work for it; the first gets messages without other receiver
   * @param required whether its failure can fail the workflow
   * @param timeoutMs of one attempt, not counting pauses; 0 is no limit
   * @param unsafe whether an attempt that a crash cut short may not simply be repeated
   * @param plain whether it gets its parents' outputs as they are, and its program's printed text
   *     is its output; else messages are as the contract says
   * @param incoming from its parents, in manifest order
   * @param outgoing to its children, in manifest order
   */
  public record Step(
      String id,
      String label,
      String run,
      List<String> agentIds,
      boolean required,
      FailurePolicy failurePolicy,
      Trigger trigger,
      Retry retry,
      long timeoutMs,
      long beaconTimeoutMs,
      boolean unsafe,
      boolean plain,
      List<StepEdge> incoming,
      List<StepEdge> outgoing) {
    public Step {
      agentIds = List.copyOf(agentIds);
      incoming = List.copyOf(incoming);
      outgoing = List.copyOf(outgoing);
    }

    private Step withAgents(UnaryOperator<String> rename) {
      return new Step(
          id,
          label,
          run,
          agentIds.stream().map(rename).toList(),
          required,
          failurePolicy,
          trigger,
          retry,
          timeoutMs,
          beaconTimeoutMs,
          unsafe,
          plain,
          incoming,
          outgoing);
    }
  }

  public enum FailurePolicy {
    FAIL_WORKFLOW,
    CONTINUE_PARTIAL,
    CONTINUE,
    SKIP
  }

  /**
   * When a step may start.
   *
   * @param quorum successes for {@link Rule#QUORUM_SUCCESS}; 0 with other rules
   */
  public record Trigger(Rule rule, int quorum) {}

  public enum Rule {
    ALL_SUCCESS,
    ALL_DONE,
    ONE_SUCCESS,
    ONE_DONE,
    ONE_FAILED,
    NONE_FAILED_MIN_ONE_SUCCESS,
    QUORUM_SUCCESS
  }

  /**
   * @param maxAttempts at least 1
   * @param backoffMs before the second attempt
   * @param multiplier of each further waiting time
   */
  public record Retry(int maxAttempts, long backoffMs, double multiplier) {
    /** Longer than any sensible waiting time, and safe to add to the present time. */
    private static final double LONGEST_MS = 24 * 3600 * 1000.0;

    /** The waiting time before the attempt after number {@code attempt}, in milliseconds. */
    public long delayAfter(int attempt) {
      return (long) Math.min(LONGEST_MS, backoffMs * Math.pow(multiplier, attempt - 1));
    }
  }

  /**
   * @param required whether an all-rule of {@code to} looks at it
   * @param accepts statuses of {@code from} that satisfy it: {@code done} (completed), {@code
   *     partial}, {@code skipped}, {@code failed}
   * @param condition over the output of {@code from}; false makes {@code from} count as skipped
   */
  public record StepEdge(
      String id,
      String from,
      String to,
      boolean required,
      Set<String> accepts,
      Condition condition) {
    public StepEdge {
      accepts = Set.copyOf(accepts);
    }
  }

  /** The condition of an edge, compiled when the manifest is validated. Pure. */
  @FunctionalInterface
  public interface Condition {
    Condition ALWAYS = context -> true;

    boolean test(Context context);

    /**
     * The values that a condition can read: paths that start with {@code message.body}, {@code
     * message.headers}, {@code message.type}, {@code message.class}, {@code message.from}, {@code
     * message.to}, {@code payload} (the body again), {@code state} and {@code agent_state} (the
     * emitting agent's private state).
     *
     * @param envelope the {@code envelope} object of the message
     */
    record Context(JsonNode envelope, JsonNode headers, JsonNode body, JsonNode agentState) {}
  }

  /**
   * A minimum that some machine must have before a job is accepted. The job gets no reservation for
   * it.
   *
   * @param resource {@code cpu}, {@code memory}, {@code disk} or {@code gpu}
   * @param least thousandths of a core, or MB; 0 of a gpu
   * @param device null except for a gpu
   * @param isWaived whether its submitter waives it
   */
  public record Requirement(String resource, long least, DeviceDemand device, boolean isWaived) {

    /** For people: {@code memory of 4096 MB}. */
    public String words() {
      return switch (resource) {
        case "cpu" -> "%s CPU cores".formatted(Amounts.cores(least));
        case "gpu" -> device.words();
        default -> "%d MB of %s".formatted(least, resource);
      };
    }
  }
}

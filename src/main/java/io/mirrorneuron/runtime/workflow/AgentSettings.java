package io.mirrorneuron.runtime.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.workflow.RestartPolicy.Backpressure;
import io.mirrorneuron.runtime.workflow.RestartPolicy.Restarting;
import io.mirrorneuron.runtime.workflow.StepGraph.Condition;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The members of a node's {@code config} that the engine reads. The rest is for the agent's
 * program.
 *
 * @param emitType type of a router's messages; null for the type that came in
 * @param outputType type of the agent's own messages; null for the default of its kind
 * @param silent whether an executor sends only what its program asks for
 * @param pool whose slots the agent's program takes
 * @param slots number of slots
 * @param startupDelayMs delay before the agent's first program asks for slots
 * @param repeatable whether the author says that a program may simply run again after a crash
 * @param human question of an agent of type human; null of any other
 */
public record AgentSettings(
    String emitType,
    String outputType,
    boolean silent,
    Completion completion,
    Retry retry,
    String pool,
    int slots,
    long startupDelayMs,
    boolean repeatable,
    HumanTask human) {

  /**
   * When an agent completes.
   *
   * @param onMessage with each message
   * @param after with so many messages; 0 when their number does not matter
   * @param all whether each message counts, also several of one agent
   * @param run whether its output then ends the job
   */
  public record Completion(boolean onMessage, int after, boolean all, boolean run) {}

  /**
   * An executor's attempts at one message.
   *
   * @param maxAttempts 0 when the author does not say
   * @param backoffMs before the second attempt
   * @param finalExitCodes after which there is no other attempt
   */
  public record Retry(int maxAttempts, long backoffMs, Set<Integer> finalExitCodes) {
    public Retry {
      finalExitCodes = Set.copyOf(finalExitCodes);
    }
  }

  /**
   * The policies of an agent, or of a workflow.
   *
   * @param whenMoving restart policies in a job that moves its agents to other nodes
   */
  public record AgentPolicies(
      RestartPolicy restart,
      RestartPolicy reschedule,
      Backpressure backpressure,
      Scheduling scheduling,
      Restarting whenMoving) {
    AgentPolicies moving() {
      return new AgentPolicies(
          whenMoving.restart(), whenMoving.reschedule(), backpressure, scheduling, whenMoving);
    }
  }

  /**
   * The question that an agent of type human asks about each message.
   *
   * @param question without prompt and due time, in the terms of {@code human.jsonl}
   * @param timeoutMs time to answer; 0 is no limit
   * @param decisions what follows each decision, in the author's order
   */
  public record HumanTask(
      ObjectNode question, Prompt prompt, long timeoutMs, Map<String, Follow> decisions) {

    public HumanTask {
      decisions = Collections.unmodifiableMap(new LinkedHashMap<>(decisions));
    }

    /** The text for people, with values of the message. */
    @FunctionalInterface
    public interface Prompt {
      /**
       * @param inputs outputs of the parents of the step by their ids; empty without a step
       */
      Filled fill(Condition.Context message, JsonNode inputs);

      /** Ids of the parents whose outputs it shows. */
      default Set<String> parents() {
        return Set.of();
      }
    }

    /**
     * @param missing the paths that lead to no value, as the author wrote them
     */
    public record Filled(String text, List<String> missing) {}

    /** What follows a decision. */
    public sealed interface Follow {
      /** The step is done, and all its children go on. */
      record Complete() implements Follow {}

      /** The step is done, and only these of its children go on. */
      record Branch(List<String> steps) implements Follow {}

      /** The step has failed; without a step, the job. */
      record Fail() implements Follow {}
    }
  }

  /** Limits of one run of a program: the members of {@code resources.limits}. */
  public enum ProgramLimit {
    /** Of each process. */
    OPEN_FILES,
    ADDRESS_SPACE_MB,
    CPU_SECONDS,

    /** Of all processes of the program together: resident memory, without swap. */
    MEMORY_MB,
    /** Processes and their threads, as the kernel counts tasks. */
    PROCESSES,
    /** Thousandths of a core. */
    CPU_MILLIS;

    /** Maximum of any limit. */
    public static final long MOST = 1L << 40;

    /** How a limit is enforced. */
    public enum Enforcement {
      /** By a control group of the kernel, which no process leaves. */
      CGROUP,
      /** By a limit of the kernel on each process, or by polling. */
      PROCESS,
      NONE;

      public String word() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    /** The member's name in a manifest. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it limits all processes of a program together. */
    public boolean isOfTree() {
      return compareTo(MEMORY_MB) >= 0;
    }

    public static List<String> words() {
      return Arrays.stream(values()).map(ProgramLimit::word).toList();
    }

    public static Optional<ProgramLimit> of(String word) {
      return Arrays.stream(values()).filter(one -> one.word().equals(word)).findFirst();
    }
  }
}

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
 * What a node's {@code config} tells the engine of its agent. The rest of that object is for the
 * program that the agent runs.
 *
 * @param emitType type of what a router passes on; null for the one that it came with
 * @param outputType type of what the agent sends by itself; null for the usual one of its kind
 * @param silent whether an executor sends nothing by itself, only what its program asks for
 * @param pool whose slots the agent's program takes
 * @param slots how many of them
 * @param startupDelayMs how long the agent's first program waits before it asks for slots
 * @param repeatable whether the author says that a program may simply run again after a crash
 * @param human what an agent of type human asks; null of any other
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
   * When an agent has what it waits for.
   *
   * @param onMessage with each message
   * @param after with so many messages; 0 when their number does not matter
   * @param all whether each message counts, also several of one agent
   * @param run whether its output then ends the job
   */
  public record Completion(boolean onMessage, int after, boolean all, boolean run) {}

  /**
   * How often an executor tries one message.
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
   * What holds for an agent, or for all of a workflow.
   *
   * @param whenMoving what holds of restarts in a job that moves its agents to other nodes
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
   * What an agent of type human asks people about each message.
   *
   * @param question all of it but the prompt and the due time, in the words of {@code human.jsonl}
   * @param timeoutMs how long people have, from when it is asked; 0 is without end
   * @param decisions what follows each decision, in the author's order
   */
  public record HumanTask(
      ObjectNode question, Prompt prompt, long timeoutMs, Map<String, Follow> decisions) {

    public HumanTask {
      decisions = Collections.unmodifiableMap(new LinkedHashMap<>(decisions));
    }

    /** What people read, with values of the message that they are asked about. */
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
      /** The step is done, and all that follows it goes on. */
      record Complete() implements Follow {}

      /** The step is done, and of those that follow it these go on. */
      record Branch(List<String> steps) implements Follow {}

      /** The step has failed; without a step, the job. */
      record Fail() implements Follow {}
    }
  }

  /** What one run of a program can be kept to: the members of {@code resources.limits}. */
  public enum ProgramLimit {
    /** Of each process. */
    OPEN_FILES,
    ADDRESS_SPACE_MB,
    CPU_SECONDS,

    /** Of all processes of the program together: memory that they have, without what is swapped. */
    MEMORY_MB,
    /** Processes and their threads, as the kernel counts tasks. */
    PROCESSES,
    /** Thousandths of a core. */
    CPU_MILLIS;

    /** The largest value that any of them may have. */
    public static final long MOST = 1L << 40;

    /** How a program is kept to a limit. */
    public enum Enforcement {
      /** By a control group of the kernel, which no process leaves. */
      CGROUP,
      /** By what the kernel keeps each process to, or by looking at them again and again. */
      PROCESS,
      /** Not at all. */
      NONE;

      public String word() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    /** As it is written in a manifest. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it is about all processes of a program together. */
    public boolean isOfTree() {
      return compareTo(MEMORY_MB) >= 0;
    }

    /** All names, in the order of this type. */
    public static List<String> words() {
      return Arrays.stream(values()).map(ProgramLimit::word).toList();
    }

    public static Optional<ProgramLimit> of(String word) {
      return Arrays.stream(values()).filter(one -> one.word().equals(word)).findFirst();
    }
  }
}

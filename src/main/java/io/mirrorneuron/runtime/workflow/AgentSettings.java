package io.mirrorneuron.runtime.workflow;

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
}

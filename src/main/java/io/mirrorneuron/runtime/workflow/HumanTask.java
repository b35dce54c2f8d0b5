package io.mirrorneuron.runtime.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

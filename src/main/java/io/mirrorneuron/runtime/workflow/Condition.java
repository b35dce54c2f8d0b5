package io.mirrorneuron.runtime.workflow;

import com.fasterxml.jackson.databind.JsonNode;

/** The condition of an edge, compiled when the manifest is validated. Pure. */
@FunctionalInterface
public interface Condition {
  Condition ALWAYS = context -> true;

  boolean test(Context context);

  /**
   * What a condition can see: paths that start with {@code message.body}, {@code message.headers},
   * {@code message.type}, {@code message.class}, {@code message.from}, {@code message.to}, {@code
   * payload} (the body again), {@code state} and {@code agent_state} (the emitting agent's private
   * state).
   *
   * @param envelope the {@code envelope} object of the message
   */
  record Context(JsonNode envelope, JsonNode headers, JsonNode body, JsonNode agentState) {}
}

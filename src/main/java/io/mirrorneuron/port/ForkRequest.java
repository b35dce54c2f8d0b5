package io.mirrorneuron.port;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * Where a new job begins that takes over what another one had done by then.
 *
 * @param step it and all that follows is done again; null when {@code event} says where
 * @param event the job as it was after the event with this sequence number; 0 is its beginning
 * @param inputs bodies that take the place of those the steps, or at the beginning the entrypoints,
 *     were started with
 * @param bundle what the new job runs instead of the manifest and files of the other one, with the
 *     same steps, edges and agents; null for the same
 * @param idempotencyKey same key and content: same job; null means every call makes a job
 * @param submittedBy the name that the caller's token vouches for; null when it vouches for none
 */
public record ForkRequest(
    String step,
    long event,
    Map<String, JsonNode> inputs,
    Submission bundle,
    String idempotencyKey,
    String submittedBy) {

  public ForkRequest {
    inputs = Map.copyOf(inputs);
  }

  public static ForkRequest atStep(String step) {
    return new ForkRequest(step, 0, Map.of(), null, null, null);
  }

  public static ForkRequest atEvent(long seq) {
    return new ForkRequest(null, seq, Map.of(), null, null, null);
  }

  public static ForkRequest atBeginning() {
    return atEvent(0);
  }

  /** The same with other {@code inputs}. */
  public ForkRequest with(Map<String, JsonNode> others) {
    return new ForkRequest(step, event, others, bundle, idempotencyKey, submittedBy);
  }

  /** The same with another {@code bundle}. */
  public ForkRequest with(Submission other) {
    return new ForkRequest(step, event, inputs, other, idempotencyKey, submittedBy);
  }

  /** The same with another {@code idempotencyKey}. */
  public ForkRequest with(String key) {
    return new ForkRequest(step, event, inputs, bundle, key, submittedBy);
  }

  /** The same by another caller. */
  public ForkRequest by(String subject) {
    return new ForkRequest(step, event, inputs, bundle, idempotencyKey, subject);
  }
}

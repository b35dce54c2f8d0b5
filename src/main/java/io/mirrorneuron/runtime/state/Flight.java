package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import io.mirrorneuron.runtime.workflow.Scheduling.QueueRank;
import io.mirrorneuron.wire.Json;
import java.util.Optional;

/**
 * An execution that has been ordered.
 *
 * @param delivery how often this attempt was ordered; more than once after a crash or a pause
 * @param parked whether it was stopped and waits for the job to be resumed
 * @param lease {@code {lease_id, pool, slots, allocation?}} once the pool gave it, else null
 * @param since when it began to wait for its slots, in milliseconds since the epoch; kept over a
 *     crash
 * @param had whether it had its slots when the server ended, or when it was parked
 * @param starts how often the program of this attempt was started
 * @param lost whether its server died and its outcome is unknown; only if parked
 */
public record Flight(
    String executionId,
    int delivery,
    boolean parked,
    ObjectNode lease,
    @JsonInclude(Include.NON_DEFAULT) long since,
    @JsonInclude(Include.NON_DEFAULT) boolean had,
    @JsonInclude(Include.NON_DEFAULT) int starts,
    @JsonInclude(Include.NON_DEFAULT) boolean lost) {

  /** The first execution of an attempt. */
  public static Flight first(String executionId, long now) {
    return new Flight(executionId, 1, false, null, now, false, 0, false);
  }

  /**
   * The next execution of the attempt: in its old place in the queue after a crash, in a new one
   * after a pause.
   */
  public Flight next(String nextId, long now) {
    return new Flight(
        nextId,
        delivery + 1,
        false,
        null,
        parked ? now : since,
        !parked && (had || lease != null),
        starts,
        false);
  }

  public Flight park() {
    return new Flight(executionId, delivery, true, null, since, lease != null, starts, false);
  }

  /** The same, parked, after its server died. */
  public Flight parkLost() {
    return new Flight(executionId, delivery, true, null, since, lease != null, starts, true);
  }

  /** The same with its slots: its program starts. */
  public Flight leased(ObjectNode granted) {
    return new Flight(executionId, delivery, parked, granted, since, had, starts + 1, lost);
  }

  /** Its place in the queue for slots. */
  public QueueRank rank() {
    return new QueueRank(had, since);
  }

  /** The resources of its program besides slots. */
  public Optional<Allocation> given() {
    return Optional.ofNullable(lease == null ? null : lease.get("allocation"))
        .map(json -> Json.read(json, Allocation.class, "lease"));
  }
}

package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.store.JobStore.Allocations;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Collects the changes of a job's state since the last commit, field by field, so that a commit
 * costs as much as the turn changed, not as much as the job holds.
 */
public final class Changes {
  private final Blobs blobs;
  private final Set<AgentState> agents = new LinkedHashSet<>();
  private final Set<StepState> steps = new LinkedHashSet<>();
  private final Map<Long, Message> messages = new LinkedHashMap<>();
  private final Map<String, JsonNode> values = new LinkedHashMap<>();
  private final List<String> deleted = new ArrayList<>();

  /** Leases by execution. */
  private final Map<String, ObjectNode> given = new LinkedHashMap<>();

  private final Set<String> freed = new LinkedHashSet<>();

  /**
   * @param blobs of the same state
   */
  Changes(Blobs blobs) {
    this.blobs = blobs;
  }

  /** As in {@link io.mirrorneuron.store.JobStore.Commit}. */
  public record Delta(
      Map<String, String> set,
      List<String> delete,
      Map<String, String> blobs,
      List<String> dropped,
      Allocations allocations) {

    /** The same with the changed questions. */
    Delta with(AskedQuestions questions) {
      Map<String, String> fields = new LinkedHashMap<>(set);
      fields.putAll(questions.takeChanged());
      List<String> gone = Stream.concat(delete.stream(), questions.takeDropped().stream()).toList();
      return new Delta(fields, gone, blobs, dropped, allocations);
    }
  }

  public void touch(AgentState agent) {
    agents.add(agent);
  }

  public void touch(StepState step) {
    steps.add(step);
  }

  public void touch(Mailbox mailbox) {
    if (mailbox.step() == null) {
      agents.add(mailbox.owner());
    } else {
      steps.add(mailbox.step());
    }
  }

  /** An execution changes or is replaced; either may be null. */
  void allocated(Flight before, Flight now) {
    if (isInLedger(before) && given.remove(before.executionId()) == null) {
      freed.add(before.executionId());
    }
    if (isInLedger(now)) {
      given.put(now.executionId(), now.lease());
      freed.remove(now.executionId());
    }
  }

  /**
   * Whether the lease is worth a record in the ledger. A single slot of the default pool is not:
   * every program has that.
   */
  private static boolean isInLedger(Flight flight) {
    ObjectNode lease = flight == null ? null : flight.lease();
    return lease != null
        && (lease.has("allocation")
            || lease.get("slots").intValue() > 1
            || !lease.get("pool").textValue().equals("default"));
  }

  /** The ledger record of a lease: the pool slots of its node, and the other resources. */
  private static String record(String node, ObjectNode lease) {
    ObjectNode record = Json.object().put("node", node);
    record.set("pool", lease.get("pool"));
    record.set("slots", lease.get("slots"));
    if (lease.get("allocation") instanceof ObjectNode allocation) {
      record.setAll(allocation);
    }
    return Json.write(record);
  }

  void added(Message message) {
    messages.put(message.seq(), message);
  }

  void removed(Message message) {
    if (messages.remove(message.seq()) == null) {
      deleted.add(StoredFields.message(message.seq()));
    }
  }

  public void collected(AgentState agent, String sender, JsonNode body) {
    values.put(
        StoredFields.collected(agent, agent.collected().size()),
        Json.MAPPER.createArrayNode().add(sender).add(body));
    touch(agent);
  }

  void output(StepState step) {
    values.put(StoredFields.output(step), Json.MAPPER.createArrayNode().add(step.output()));
    touch(step);
  }

  /** The step belongs to a finished round. */
  void forget(StepState step) {
    if (step.input() != null) {
      removed(step.input());
    }
    deleted.add(StoredFields.step(step));
    deleted.add(StoredFields.output(step));
    values.remove(StoredFields.output(step));
    steps.remove(step);
  }

  /** The agent's collected bodies belong to a finished round. */
  void forgetCollected(AgentState agent) {
    for (int n = 1; n <= agent.collected().size(); n++) {
      values.remove(StoredFields.collected(agent, n));
      deleted.add(StoredFields.collected(agent, n));
    }
    touch(agent);
  }

  boolean isEmpty() {
    return agents.isEmpty() && steps.isEmpty() && messages.isEmpty() && deleted.isEmpty();
  }

  /**
   * Takes what must be written since the last call, and resets.
   *
   * @param node that runs the programs of the job
   */
  Delta take(String node, JobHeader header, Counters counters, Receipts receipts) {
    Map<String, String> set = new LinkedHashMap<>();
    if (header.isChanged()) {
      set.put(StoredFields.HEADER, blobs.write(StoredFields.HEADER, header.write()));
    }
    set.put(StoredFields.COUNTERS, counters.write());
    agents.forEach(agent -> write(StoredFields.agent(agent), agent.write(), set));
    steps.forEach(step -> set.put(StoredFields.step(step), Json.write(step.stored())));
    messages.forEach((seq, message) -> write(StoredFields.message(seq), message.json(), set));
    values.forEach((field, value) -> write(field, value, set));
    set.putAll(receipts.takeAdded());
    deleted.removeIf(set::containsKey); // deleted in the last round, and written again in this one
    deleted.forEach(blobs::forget);
    Blobs.Changes large = blobs.takeChanges();
    Map<String, String> records = new LinkedHashMap<>();
    given.forEach((execution, lease) -> records.put(execution, record(node, lease)));
    Allocations allocations = new Allocations(records, List.copyOf(freed));
    Delta delta = new Delta(set, List.copyOf(deleted), large.added(), large.dropped(), allocations);
    given.clear();
    freed.clear();
    agents.clear();
    steps.clear();
    messages.clear();
    values.clear();
    deleted.clear();
    return delta;
  }

  private void write(String field, JsonNode value, Map<String, String> set) {
    set.put(field, blobs.write(field, value));
  }
}

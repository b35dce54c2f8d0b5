package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.HumanRecord;
import io.mirrorneuron.human.HumanRequest;
import java.util.List;
import java.util.stream.Stream;

/**
 * A question that an agent asks people about one message. Immutable.
 *
 * @param id its {@code request_id}, unique in the job
 * @param stepId the step that the agent asks for, or null
 * @param seq of the message, its place in the job's order
 * @param records the question and what was done about it, oldest first: {@code {ts, type, payload}}
 */
public record AskedQuestion(
    String id, String agentId, String stepId, long seq, List<ObjectNode> records) {

  public AskedQuestion {
    records = List.copyOf(records);
  }

  public AskedQuestion with(ObjectNode record) {
    return new AskedQuestion(
        id, agentId, stepId, seq, Stream.concat(records.stream(), Stream.of(record)).toList());
  }

  public List<HumanRecord> reported() {
    return records.stream().map(HumanRecord::of).toList();
  }

  /** The present state of the question. */
  public HumanRequest request() {
    HumanRequest request = HumanRequest.unknown(id);
    for (HumanRecord record : reported()) {
      request = request.after(record);
    }
    return request;
  }
}

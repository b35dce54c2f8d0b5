package io.mirrorneuron.runtime.loop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.DecisionRules;
import io.mirrorneuron.human.HumanAct;
import io.mirrorneuron.human.HumanAct.Kind;
import io.mirrorneuron.human.HumanRecord;
import io.mirrorneuron.human.HumanRequest;
import io.mirrorneuron.human.Person;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.HumanDecision;
import io.mirrorneuron.runtime.state.AskedQuestion;
import io.mirrorneuron.runtime.state.AskedQuestions;
import io.mirrorneuron.runtime.state.JobHeader;
import io.mirrorneuron.runtime.state.StoredFields;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.Json;
import java.util.Optional;
import java.util.stream.Stream;

/** Decisions of people on what steps ask, between callers and the stored job. Pure. */
final class StepDecisions {
  private StepDecisions() {}

  /**
   * @throws MnException INVALID for an unknown action, and what {@link Person#of} refuses
   */
  static HumanAct act(HumanDecision decision) {
    Kind kind =
        Stream.of(Kind.values())
            .filter(one -> one.word().equals(decision.action()))
            .findFirst()
            .orElseThrow(() -> MnException.invalid("action must be respond, claim or release"));
    Person by = Person.of(decision.body(), null, decision.subject());
    return new HumanAct(kind, decision.requestId(), decision.body(), by).ofStep();
  }

  /**
   * The record of the act in the stored job; empty when it is not there though it could be.
   *
   * @throws MnException NOT_FOUND for another run and an unknown request, CONFLICT when the job has
   *     ended without it
   */
  static Optional<ObjectNode> recorded(StoredJob stored, String runId, HumanAct act) {
    JobHeader header = StoredFields.header(stored);
    AskedQuestion question = AskedQuestions.read(stored.fields()).get(act.requestId());
    if (question == null || !header.origin().runId().equals(runId)) {
      throw MnException.notFound("request", act.requestId());
    }
    HumanRequest request = question.request();
    Optional<HumanRecord> recorded = act.recorded(request, question.told());
    if (recorded.isEmpty()) {
      boolean ended = header.status().isTerminal();
      DecisionRules.mustBeOpen(ended ? request.atEnd() : request, runId);
    }
    return recorded.map(record -> told(record, stored, header));
  }

  private static ObjectNode told(HumanRecord record, StoredJob stored, JobHeader header) {
    ObjectNode json = Json.object().put("run_id", header.origin().runId());
    json.put("job_id", stored.jobId()).put("trace_id", header.traceId());
    return json.put("channel", "human").setAll(record.json());
  }
}

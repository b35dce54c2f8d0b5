package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Rebuilds the state of a job from the fields that {@link Changes} wrote. */
public final class StateReader {
  private final JobState state;
  private final Map<String, String> fields;
  private final Blobs blobs;

  /** What is being read, for error messages. */
  private String place = "";

  private StateReader(JobState state, Map<String, String> fields, Blobs blobs) {
    this.state = state;
    this.fields = fields;
    this.blobs = blobs;
  }

  /**
   * A complete state.
   *
   * @param manifests parses a manifest; its exceptions are passed on
   * @param inlineLimit see {@link Blobs}
   * @throws MnException {@code job_damaged}, which names the place
   */
  public static JobState read(
      StoredJob stored, Function<String, Workflow> manifests, int inlineLimit) {
    return read(stored, manifests, Blobs.of(inlineLimit, stored.blobs()));
  }

  /** The same for a parsed manifest, and without a pending redefinition. */
  public static JobState read(StoredJob stored, Workflow workflow, int inlineLimit) {
    return read(stored, text -> workflow, inlineLimit);
  }

  /**
   * A read-only state, not for decisions: large values are references, and conditions on them do
   * not hold.
   */
  public static JobState outline(StoredJob stored, Workflow workflow) {
    return read(stored, text -> workflow, Blobs.outline());
  }

  private static JobState read(
      StoredJob stored, Function<String, Workflow> manifests, Blobs blobs) {
    Workflow workflow = manifests.apply(stored.manifest());
    JobHeader header = StoredFields.header(stored, blobs);
    Counters counters = StoredFields.counters(stored);
    JobState state = new JobState(stored.jobId(), workflow, header, counters, blobs);
    StateReader reader = new StateReader(state, stored.fields(), blobs);
    try {
      reader.readAgents();
      reader.readSteps();
      reader.readMail();
      reader.place = "receipts";
      state.receipts().read(stored.fields());
      reader.place = "questions to people";
      AskedQuestions questions = AskedQuestions.read(stored.fields());
      reader.place = "definition";
      state.definition().read(stored.fields(), manifests);
      state.restore(questions);
      return state;
    } catch (JsonProcessingException | RuntimeException e) { // any stored text may be damaged
      throw StoredFields.damaged(stored, reader.place, e);
    }
  }

  private void readAgents() throws JsonProcessingException {
    for (Map.Entry<String, String> field : fields.entrySet()) {
      if (field.getKey().startsWith(StoredFields.AGENT)) {
        place = "agent " + field.getKey().substring(StoredFields.AGENT.length());
        AgentState agent = state.agent(field.getKey().substring(StoredFields.AGENT.length()));
        agent.read(blobs.read(field.getKey(), field.getValue()));
        state.schedule().restored(agent.mailbox());
      }
    }
    for (AgentState agent : state.agents()) {
      place = "what agent " + agent.id() + " collected";
      JsonNode collected;
      for (int n = 1; (collected = value(StoredFields.collected(agent, n))) != null; n++) {
        agent.collect(collected.get(0).asText(), collected.get(1));
      }
    }
  }

  private void readSteps() throws JsonProcessingException {
    List<StepState> stored = new ArrayList<>();
    for (StepState step : List.copyOf(state.steps().all())) {
      readStep(step, stored);
    }
    stored.stream().filter(StepState::isTerminal).forEach(state.steps()::ended);
    state.steps().all().stream()
        .filter(step -> !step.isTerminal())
        .forEach(state.steps()::reconsider);
  }

  /** Adds the step, and its instances, to the stored steps. */
  private void readStep(StepState step, List<StepState> stored) throws JsonProcessingException {
    String text = fields.get(StoredFields.step(step));
    if (text == null) {
      return;
    }
    place = "step " + step.id();
    StoredStep record = Json.read(text, StoredStep.class, "its record");
    step.restore(record);
    stored.add(step);
    JsonNode output = value(StoredFields.output(step));
    step.restore(output == null ? null : output.get(0), input(record));
    step.mailboxes().forEach(state.schedule()::restored);
    if (step.instances() >= 0 && !step.isInstance()) {
      for (StepState instance : state.steps().scatter(step, step.instances())) {
        readStep(instance, stored);
      }
    }
  }

  /** The input message of the step, or null. */
  private Message input(StoredStep record) throws JsonProcessingException {
    if (record.input() == null) {
      if (record.isUnderWork()) {
        throw MnException.malformed("member input is missing, though the step has begun");
      }
      return null;
    }
    if (value(StoredFields.message(record.input())) instanceof ObjectNode message) {
      return new Message(record.input(), message);
    }
    throw MnException.malformed(
        "member input names message " + record.input() + ", which is missing");
  }

  private void readMail() throws JsonProcessingException {
    Map<Long, ObjectNode> mail = new TreeMap<>();
    for (Map.Entry<String, String> field : fields.entrySet()) {
      if (field.getKey().startsWith(StoredFields.MESSAGE)) {
        place = "message " + field.getKey().substring(StoredFields.MESSAGE.length());
        JsonNode json = blobs.read(field.getKey(), field.getValue());
        String seq = field.getKey().substring(StoredFields.MESSAGE.length());
        mail.put(Long.valueOf(seq), (ObjectNode) json);
      }
    }
    mail.forEach(
        (seq, json) -> {
          place = "message " + seq;
          Message message = new Message(seq, json);
          Mailbox mailbox = mailboxOf(message);
          if (mailbox.step() == null || !isConsumed(mailbox.step(), message)) {
            state.mailboxes().place(mailbox, message);
          }
        });
  }

  /** Whether the message is kept only as the input of its step. */
  private static boolean isConsumed(StepState step, Message message) {
    return step.isInput(message) && step.isInputConsumed();
  }

  private Mailbox mailboxOf(Message message) {
    Steps steps = state.steps();
    StepState step = steps.of(message.to()).isEmpty() ? null : steps.get(message.stepId());
    return step == null ? state.agent(message.to()).mailbox() : step.mailboxes().of(message.to());
  }

  /** The value of a field, or null when there is none. */
  private JsonNode value(String field) throws JsonProcessingException {
    String stored = fields.get(field);
    return stored == null ? null : blobs.read(field, stored);
  }
}

package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.Answer;
import io.mirrorneuron.human.DecisionRules;
import io.mirrorneuron.human.HumanRecord;
import io.mirrorneuron.human.HumanRequest;
import io.mirrorneuron.human.HumanRequest.HumanType;
import io.mirrorneuron.human.Person;
import io.mirrorneuron.human.RequestAction;
import io.mirrorneuron.human.SchemaForm;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.AskedQuestion;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.LedgerSnapshot;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.runtime.workflow.AgentSettings;
import io.mirrorneuron.runtime.workflow.AgentSettings.HumanTask;
import io.mirrorneuron.runtime.workflow.AgentSettings.HumanTask.Follow;
import io.mirrorneuron.runtime.workflow.StepGraph.Condition;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.List;

/**
 * Agents that ask people: one question per message, which stays in the mailbox until the question
 * is settled. Meanwhile no program runs and no resources are held. An answer is recorded first and
 * takes effect when the mailbox is next looked at, so that a paused job can be answered.
 */
final class HumanAgents {
  private final JobState state;
  private final Turn turn;
  private final HumanEndings endings;
  private final Instant now;

  HumanAgents(JobState state, Turn turn, LifeCycle life, Ledger ledger) {
    this.state = state;
    this.turn = turn;
    this.endings = new HumanEndings(state, turn, life, ledger);
    this.now = Instant.ofEpochMilli(turn.now());
  }

  /** Whether a question about the message at the head is open or settled. */
  boolean isAsked(Mailbox mailbox) {
    return !mailbox.isEmpty() && state.questions().get(id(mailbox)) != null;
  }

  private static String id(Mailbox mailbox) {
    String asks = mailbox.step() == null ? mailbox.agentId() : mailbox.step().id();
    return asks + "-" + mailbox.head().seq();
  }

  /** Asks about the message at the head, or goes on when its question is settled. */
  void handle(Mailbox mailbox) {
    AskedQuestion question = state.questions().get(id(mailbox));
    if (question == null) {
      question = ask(mailbox);
    } else if (question.request().isOverdue(now)) {
      question = overdue(mailbox, question);
    }
    HumanRequest request = question.request();
    if (request.isOpen()) {
      await(mailbox, request);
    } else {
      endings.settled(mailbox, request);
    }
    state.schedule().passOn(mailbox); // an agent without a program blocks no other
  }

  private void await(Mailbox mailbox, HumanRequest request) {
    Instant due = request.question().dueAt();
    if (due == null) {
      mailbox.postpone(Mailbox.UNTIL_TOLD);
    } else {
      turn.postpone(mailbox, due.toEpochMilli());
    }
  }

  private AskedQuestion ask(Mailbox mailbox) {
    AgentState agent = mailbox.owner();
    HumanTask task = agent.declared().settings().human();
    Message message = mailbox.head();
    turn.agentEvent("agent_message_received", agent.id(), message.summary());
    if (mailbox.step() != null) {
      new Attempts(state, turn).begun(mailbox, turn.now());
    }
    Condition.Context context =
        new Condition.Context(message.envelope(), message.headers(), message.body(), Json.object());
    JsonNode inputs = LedgerSnapshot.inputs(state, mailbox.step());
    HumanTask.Filled prompt = task.prompt().fill(context, inputs);
    ObjectNode payload = Json.object().put("request_id", id(mailbox)).put("prompt", prompt.text());
    payload.setAll(task.question());
    SchemaForm.keepOrder(payload);
    if (task.timeoutMs() > 0) {
      payload.put("due_at", time(turn.now() + task.timeoutMs()));
    }
    if (!prompt.missing().isEmpty()) {
      payload.set("missing_values", Json.MAPPER.valueToTree(prompt.missing()));
    }
    payload.put("agent_id", agent.id()).put("status", "pending");
    if (mailbox.step() != null) {
      payload.put("step_id", mailbox.step().id());
    }
    String stepId = mailbox.step() == null ? null : mailbox.step().id();
    AskedQuestion question =
        new AskedQuestion(id(mailbox), agent.id(), stepId, message.seq(), List.of());
    return record(
        mailbox, question, new RequestAction.Entry(HumanType.HUMAN_INPUT_REQUESTED, payload));
  }

  private static String time(long millis) {
    return Json.timestamp(Instant.ofEpochMilli(millis));
  }

  /**
   * The due time has passed: escalates the question, takes the default, or closes it without an
   * answer.
   */
  private AskedQuestion overdue(Mailbox mailbox, AskedQuestion question) {
    HumanRequest request = question.request();
    List<String> others = request.question().escalateTo();
    if (others.isEmpty()) {
      AskedQuestion closed = question;
      for (RequestAction.Entry entry : RequestAction.timedOut(request, now)) {
        closed = record(mailbox, closed, entry);
      }
      return closed;
    }
    ObjectNode payload = Json.object().put("request_id", question.id());
    payload.set("assignees", Json.MAPPER.valueToTree(others));
    if (request.question().defaultAnswer() != null) {
      long timeout = mailbox.owner().declared().settings().human().timeoutMs();
      payload.put("due_at", time(turn.now() + timeout));
    }
    payload.put("escalated_at", turn.timestamp());
    return record(
        mailbox, question, new RequestAction.Entry(HumanType.HUMAN_REQUEST_ESCALATED, payload));
  }

  private AskedQuestion record(Mailbox mailbox, AskedQuestion question, RequestAction.Entry entry) {
    ObjectNode record = Json.object().put("ts", turn.timestamp()).put("type", entry.type().word());
    record.set("payload", entry.payload());
    AskedQuestion next = question.with(record);
    state.questions().put(next);
    ObjectNode members = mailbox.step() == null ? Json.object() : turn.about(mailbox.step());
    members.put("channel", "human");
    turn.record(entry.type().word(), mailbox.agentId(), entry.payload(), members);
    return next;
  }

  /**
   * A person answers, claims or releases a question. A refusal says what the person can do about
   * it.
   */
  void decide(Input.Decide decide) {
    RequestAction act = decide.act();
    AskedQuestion question = state.questions().get(act.requestId());
    Mailbox mailbox =
        question == null
            ? null
            : state.mailbox(new Mailbox.Address(question.agentId(), question.stepId()));
    try {
      if (question == null || !state.header().origin().runId().equals(decide.runId())) {
        throw MnException.notFound("request", act.requestId());
      }
      boolean waits = mailbox != null && !mailbox.isEmpty() && id(mailbox).equals(question.id());
      if (waits && question.request().isOverdue(now)) {
        question = overdue(mailbox, question);
        wake(mailbox);
      }
      HumanRequest request = question.request();
      if (act.repeated(request).isEmpty()) {
        take(act, mailbox, waits ? question : null, request);
      }
    } catch (MnException refusal) {
      turn.refuse(decide, refusal);
    }
  }

  /**
   * @param question null when the answer is no longer needed
   */
  private void take(
      RequestAction act, Mailbox mailbox, AskedQuestion question, HumanRequest request) {
    String runId = state.header().origin().runId();
    DecisionRules.mustBeOpen(request, runId);
    DecisionRules.mustBeAssigned(act.by(), request);
    List<RequestAction.Entry> entries = act.on(request, runId, now);
    if (question == null || state.status() == JobStatus.CANCELLING) {
      throw DecisionRules.conflict(
          "request_closed", "nothing waits for request %s any more".formatted(act.requestId()));
    }
    AskedQuestion next = question;
    for (RequestAction.Entry entry : entries) {
      next = record(mailbox, next, entry);
    }
    if (!next.request().isOpen()) {
      wake(mailbox);
    }
  }

  private void wake(Mailbox mailbox) {
    mailbox.postpone(0);
    state.schedule().consider(mailbox);
  }

  /** What follows when people have decided, or the time is over. */
  private static final class HumanEndings {
    private static final String USUAL_TYPE = "human_answer";

    private final JobState state;
    private final Turn turn;
    private final LifeCycle life;
    private final Ledger ledger;
    private final StepEndings ends;

    HumanEndings(JobState state, Turn turn, LifeCycle life, Ledger ledger) {
      this.state = state;
      this.turn = turn;
      this.life = life;
      this.ledger = ledger;
      this.ends = new StepEndings(state, turn, life);
    }

    /** The question about the message at the head is answered or closed. */
    void settled(Mailbox mailbox, HumanRequest request) {
      HumanRecord answer = request.answer();
      if (answer == null) {
        failed(mailbox, unanswered(request));
        return;
      }
      AgentSettings settings = mailbox.owner().declared().settings();
      Follow follow = settings.human().decisions().get(answer.decision());
      if (follow instanceof Follow.Fail) {
        String reason = "%s decided %s".formatted(answer.by().name(), answer.decision());
        failed(
            mailbox,
            failure(
                "workflow.step.rejected",
                "runtime",
                reason + answer.comment().map(": "::concat).orElse("")));
      } else {
        answered(mailbox, output(request), follow);
      }
    }

    /**
     * {@code {request_id, decision, approved, by, by_verified, data, comment, submitted_at, …}}.
     */
    private static ObjectNode output(HumanRequest request) {
      ObjectNode payload = (ObjectNode) request.answer().payload();
      ObjectNode output = Json.object();
      for (String member : List.of("request_id", "decision", "approved", "by")) {
        output.set(member, payload.get(member));
      }
      output.put("by_verified", payload.path(Person.VERIFIED).asBoolean());
      output.set("data", Answer.fields(payload));
      for (String member : List.of("comment", "approved_by", "submitted_at")) {
        if (payload.has(member)) {
          output.set(member, payload.get(member));
        }
      }
      return output.put("timed_out", request.closing() != null);
    }

    private void answered(Mailbox mailbox, ObjectNode output, Follow follow) {
      AgentState agent = mailbox.owner();
      AgentSettings settings = agent.declared().settings();
      StepState step = mailbox.step();
      Message message = state.mailboxes().consume(mailbox);
      new Backlog(state, turn).changed(mailbox);
      if (step != null) {
        if (follow instanceof Follow.Branch branch) {
          new Downstream(state, turn, ends).branch(step, branch.steps());
        }
        ends.complete(step, StepPhase.COMPLETED, output, null);
      }
      agent.produced(output);
      if (settings.completion().run()) {
        life.complete(mailbox, output);
      }
      if (!settings.silent() && !state.status().isTerminal()) {
        String type = settings.outputType() == null ? USUAL_TYPE : settings.outputType();
        MessageRouter mail = new MessageRouter(state, turn, ledger, mailbox, message);
        mail.emit(type, mail.reply(type, output), true);
      }
    }

    // ---- failures

    private void failed(Mailbox mailbox, Failure failure) {
      StepState step = mailbox.step();
      Failure whole = failure.withAgent(mailbox.agentId());
      if (step != null) {
        new Retries(state, turn, life).decided(step, whole.withStep(step.id()));
      } else if (life.isLasting()) {
        new Restarts(state, turn, life).giveUpMessage(mailbox, failure.desc());
      } else {
        life.fail(whole);
      }
    }

    private static Failure unanswered(HumanRequest request) {
      return failure(
          "workflow.step.timeout",
          "timeout",
          "nobody answered request %s by %s"
              .formatted(request.id(), Json.timestamp(request.question().dueAt())));
    }

    private static Failure failure(String code, String category, String reason) {
      return Failure.of(code, category, reason)
          .withRetryable(false)
          .withComponent("human")
          .withRemediation(
              category.equals("timeout")
                  ? "Give people more time (timeout_seconds), a default, or others to ask (escalate_to)."
                  : "A person decided so; decisions of the human step say what follows each.");
    }
  }
}

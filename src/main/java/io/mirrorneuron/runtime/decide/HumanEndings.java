package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.Answer;
import io.mirrorneuron.human.HumanRecord;
import io.mirrorneuron.human.HumanRequest;
import io.mirrorneuron.human.Person;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.runtime.workflow.AgentSettings;
import io.mirrorneuron.runtime.workflow.HumanTask.Follow;
import io.mirrorneuron.wire.Json;
import java.util.List;

/** What follows when people have decided, or nobody has in time. */
final class HumanEndings {
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

  /** {@code {request_id, decision, approved, by, by_verified, data, comment, submitted_at, …}}. */
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

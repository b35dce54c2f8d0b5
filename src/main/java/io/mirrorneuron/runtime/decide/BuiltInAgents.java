package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.runtime.workflow.AgentSettings;
import io.mirrorneuron.runtime.workflow.AgentSettings.Completion;
import io.mirrorneuron.wire.Json;

/** Handles messages of agents that need no process; {@code runtime.md} section 2.1. */
final class BuiltInAgents {
  private final JobState state;
  private final Turn turn;
  private final LifeCycle life;
  private final Ledger ledger;
  private final StepEndings ends;

  BuiltInAgents(JobState state, Turn turn, LifeCycle life, Ledger ledger) {
    this.state = state;
    this.turn = turn;
    this.life = life;
    this.ledger = ledger;
    this.ends = new StepEndings(state, turn, life);
  }

  void router(Mailbox mailbox, Message message) {
    AgentState agent = mailbox.owner();
    ends.done(mailbox, message.body());
    String wanted = agent.declared().settings().emitType();
    String type = wanted == null ? message.type() : wanted;
    MessageRouter mail = new MessageRouter(state, turn, ledger, mailbox, message);
    mail.emit(type, mail.forward(type), true);
    agent.produced(message.body());
  }

  void sensor(Mailbox mailbox, Message message) {
    AgentState agent = mailbox.owner();
    turn.agentEvent("sensor_observed", agent.id(), Json.object().put("count", agent.processed()));
    AgentSettings settings = agent.declared().settings();
    int threshold = Math.max(1, settings.completion().after());
    if (agent.processed() % threshold != 0) {
      return;
    }
    String type = settings.outputType() == null ? "sensor_ready" : settings.outputType();
    ObjectNode body = Json.object();
    body.put("agent_id", agent.id()).put("count", agent.processed());
    body.set("last_message", message.body());
    ends.done(mailbox, body);
    MessageRouter mail = new MessageRouter(state, turn, ledger, mailbox, message);
    mail.emit(type, mail.reply(type, body), true);
    agent.produced(body);
  }

  void aggregator(Mailbox mailbox, Message message) {
    AgentState agent = mailbox.owner();
    String id = agent.id();
    if (agent.fired()) {
      turn.agentEvent("aggregator_late_message", id, Json.object().put("message_id", message.id()));
      return;
    }
    Completion completion = agent.declared().settings().completion();
    JsonNode reported = message.body().path("agent_id");
    boolean counts = reported.isTextual() && !completion.all();
    String sender = counts ? sender(reported.textValue(), message.sourceStepId()) : "";
    if (!agent.collect(sender, message.body())) {
      ObjectNode payload = Json.object();
      payload.set("agent_id", reported);
      turn.agentEvent("aggregator_duplicate_ignored", id, payload);
      return;
    }
    state.changes().collected(agent, sender, message.body());
    int count = agent.collected().size();
    turn.agentEvent("aggregator_received", id, Json.object().put("count", count));

    int threshold = completion.after();
    if (completion.onMessage() || (threshold > 0 && count >= threshold)) {
      agent.fire();
      aggregated(mailbox, message);
    }
  }

  /**
   * Identity for counting each sender once: an agent, or an agent working for one instance of a
   * step.
   */
  private static String sender(String agent, String step) {
    return step == null ? agent : agent + " " + step;
  }

  private void aggregated(Mailbox mailbox, Message message) {
    AgentState agent = mailbox.owner();
    AgentSettings settings = agent.declared().settings();
    ObjectNode output = collectedOutput(agent);
    ends.done(mailbox, output);
    String type = settings.outputType();
    if (type != null) {
      MessageRouter mail = new MessageRouter(state, turn, ledger, mailbox, message);
      mail.emit(type, mail.reply(type, output), true);
    }
    boolean endsByItself = type == null && mailbox.step() == null;
    if (endsByItself || settings.completion().run()) {
      life.complete(mailbox, output);
    }
  }

  /** {@code {messages, count, last_message}} of what an aggregator has collected. */
  static ObjectNode collectedOutput(AgentState agent) {
    ObjectNode output = Json.object();
    ArrayNode messages = output.putArray("messages");
    messages.addAll(agent.collected());
    output.put("count", messages.size());
    output.set("last_message", messages.isEmpty() ? null : messages.get(messages.size() - 1));
    return output;
  }
}

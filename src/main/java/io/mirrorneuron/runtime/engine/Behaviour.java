package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;

/** What the agents that need no process do with a message; {@code runtime.md} section 2.1. */
final class Behaviour {
  private final JobState state;
  private final Turn turn;
  private final LifeCycle life;

  Behaviour(JobState state, Turn turn, LifeCycle life) {
    this.state = state;
    this.turn = turn;
    this.life = life;
  }

  void router(AgentState agent, Message message) {
    String type = agent.agent.config().path("emit_type").asText(message.type());
    Mail mail = new Mail(state, turn, agent, message);
    mail.emit(type, mail.forward(type), true);
    rememberOutput(agent, message.body());
  }

  void sensor(AgentState agent, Message message) {
    turn.agentEvent(
        "sensor_observed", agent.agent.id(), Json.object().put("count", agent.processed));
    int threshold = Math.max(1, agent.agent.config().path("complete_after").asInt(1));
    if (agent.processed % threshold != 0) {
      return;
    }
    String type = agent.agent.config().path("output_message_type").asText("sensor_ready");
    ObjectNode body = Json.object();
    body.put("agent_id", agent.agent.id()).put("count", agent.processed);
    body.set("last_message", message.body());
    Mail mail = new Mail(state, turn, agent, message);
    mail.emit(type, mail.reply(type, body), true);
    rememberOutput(agent, body);
  }

  void aggregator(AgentState agent, Message message) {
    String id = agent.agent.id();
    if (agent.fired) {
      turn.agentEvent("aggregator_late_message", id, Json.object().put("message_id", message.id()));
      return;
    }
    if (!agent.collect(message.body())) {
      ObjectNode payload = Json.object();
      payload.set("agent_id", message.body().path("agent_id"));
      turn.agentEvent("aggregator_duplicate_ignored", id, payload);
      return;
    }
    state.collected(agent, message.body());
    int count = agent.collected.size();
    turn.agentEvent("aggregator_received", id, Json.object().put("count", count));

    JsonNode config = agent.agent.config();
    int threshold = config.path("complete_after").asInt(0);
    if (config.path("complete_on_message").asBoolean() || (threshold > 0 && count >= threshold)) {
      agent.fired = true;
      aggregated(agent, message);
    }
  }

  private void aggregated(AgentState agent, Message message) {
    JsonNode config = agent.agent.config();
    ObjectNode output = collectedOutput(agent);
    String type = config.path("output_message_type").asText("");
    if (!type.isEmpty()) {
      Mail mail = new Mail(state, turn, agent, message);
      mail.emit(type, mail.reply(type, output), true);
    }
    if (type.isEmpty() || asksForCompletion(config)) {
      life.complete(agent.agent.id(), output);
    }
  }

  /** Whether the node's configuration says that its output ends the job. */
  static boolean asksForCompletion(JsonNode config) {
    return config.path("complete_run").asBoolean()
        || config.path("complete_job").asBoolean()
        || config.path("complete_job?").asBoolean();
  }

  /** {@code {messages, count, last_message}} of what an aggregator has collected. */
  static ObjectNode collectedOutput(AgentState agent) {
    ObjectNode output = Json.object();
    ArrayNode messages = output.putArray("messages");
    messages.addAll(agent.collected);
    output.put("count", messages.size());
    output.set("last_message", messages.isEmpty() ? null : messages.get(messages.size() - 1));
    return output;
  }

  private void rememberOutput(AgentState agent, JsonNode output) {
    if (agent.agent.outgoing().isEmpty()) {
      agent.output = output;
      state.touch(agent);
    }
  }
}

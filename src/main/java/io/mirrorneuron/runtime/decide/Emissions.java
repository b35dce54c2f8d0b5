package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.runtime.workflow.AgentSettings;
import io.mirrorneuron.wire.Json;

/** Sends what an executor and its program want sent once the program has ended well. */
final class Emissions {
  private static final String USUAL_TYPE = "executor_result";

  private final JobState state;
  private final Turn turn;
  private final Ledger ledger;

  Emissions(JobState state, Turn turn, Ledger ledger) {
    this.state = state;
    this.turn = turn;
    this.ledger = ledger;
  }

  /**
   * @param handled the message that the program got
   * @param payload the message body that the program's outcome amounts to
   */
  void send(Mailbox mailbox, Message handled, ObjectNode payload, Structured answer) {
    MessageRouter mail = new MessageRouter(state, turn, ledger, mailbox, handled);
    AgentSettings settings = mailbox.owner().declared().settings();
    if (!settings.silent()) {
      String type = settings.outputType() == null ? USUAL_TYPE : settings.outputType();
      ObjectNode headers = Json.object();
      headers.put("schema_ref", "com.mirrorneuron.executor.result");
      headers.put("schema_version", "1.0.0");
      mail.emit(type, mail.reply(type, payload).headers(headers), true);
    }
    for (ObjectNode emit : answer.emits()) {
      send(mail, emit);
    }
  }

  private void send(MessageRouter mail, ObjectNode emit) {
    String type = emit.path("type").asText(USUAL_TYPE);
    JsonNode body = emit.has("body") ? emit.get("body") : emit.get("payload");
    if (emit.hasNonNull("body_base64")) {
      body = emit.get("body_base64");
    }
    Message.Builder message = mail.reply(type, body == null ? Json.object() : body);
    if (emit.hasNonNull("body_base64")) {
      message.with("content_type", "application/octet-stream");
      message.part(Message.BODY_ENCODING, Json.MAPPER.getNodeFactory().textNode("base64"));
    }
    for (String member :
        new String[] {
          "class", "correlation_id", "causation_id", "content_type", "content_encoding"
        }) {
      message.with(member, emit.path(member).asText(""));
    }
    message.lifeOf(emit);
    message.headers(emit.get("headers")).part("artifacts", emit.get("artifacts"));
    message.part("stream", emit.get("stream"));
    String target = emit.path("to").asText("");
    if (target.isEmpty()) {
      mail.emit(type, message, false);
    } else {
      mail.emitTo(target, message);
    }
  }
}

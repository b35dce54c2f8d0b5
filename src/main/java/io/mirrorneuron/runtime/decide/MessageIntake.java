package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.wire.DerivedId;
import io.mirrorneuron.wire.Json;
import java.util.Optional;

/** Accepts messages from outside the graph, each once and only while mailboxes have room. */
final class MessageIntake {
  private final JobState state;
  private final Turn turn;
  private final Ledger ledger;

  MessageIntake(JobState state, Turn turn, Ledger ledger) {
    this.state = state;
    this.turn = turn;
    this.ledger = ledger;
  }

  void take(Input.Deliver deliver) {
    Message given = new Message(0, deliver.message());
    String to = deliver.agentId();
    long seq = state.counters().nextMessage();
    Message message =
        ExternalMessages.message(
                state.jobId(), ExternalMessages.sender(given), to, "command", given)
            .with("message_id", given.id())
            .orElse("message_id", DerivedId.of(state.jobId(), "external " + to, (int) seq))
            .with("timestamp", turn.timestamp())
            .build(seq, to);
    if (state.isOver(to)) {
      turn.refuse(deliver, MnException.precondition("the copy of agent " + to + " has ended"));
      return;
    }
    String digest = digest(message);
    String known = state.receipts().digest(message.id());
    if (known != null && !known.equals(digest)) {
      turn.refuse(deliver, reused(message.id()));
    } else if (known == null) {
      Optional<Mailbox> pressured = Backlog.pressured(state, to);
      if (pressured.isPresent()) {
        reject(deliver, pressured.get());
      } else {
        state.receipts().add(message.id(), digest);
        ledger.post(message);
      }
    }
  }

  private static MnException reused(String messageId) {
    return new MnException(
        ErrorCode.CONFLICT,
        "message_id_reused",
        "message_id " + messageId + " was used before for a message with another content");
  }

  /** Fingerprint that tells a repeated message from a different one with the same id. */
  private static String digest(Message message) {
    return DerivedId.of(Json.write(message.body()), message.to() + " " + message.type(), 0);
  }

  private void reject(Input.Deliver deliver, Mailbox pressured) {
    String full = pressured.agentId();
    int retryAfter = pressured.owner().declared().policies().backpressure().retryAfterMs();
    ObjectNode payload = Json.object().put("reason", "retry_later").put("accepted", false);
    payload.put("retry_after_ms", retryAfter).put("pressure", pressured.pressure().word());
    payload.put("target_agent_id", deliver.agentId()).put("pressured_agent_id", full);
    payload.putArray("affected_agents").add(full);
    turn.agentEvent("external_input_rejected", deliver.agentId(), payload);
    turn.refuse(
        deliver,
        MnException.retryLater(
            "agent %s is %s: %d messages wait for it"
                .formatted(full, pressured.pressure().word(), pressured.depth()),
            retryAfter));
  }
}

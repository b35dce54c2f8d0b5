package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.runtime.workflow.StepGraph.Condition;
import io.mirrorneuron.runtime.workflow.Workflow.Edge;
import io.mirrorneuron.runtime.workflow.Workflow.Routing;
import io.mirrorneuron.wire.DerivedId;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Sends what an agent emits while it handles one message: along the edges that carry the type, or
 * directly to a named agent. A message without receiver becomes a dead letter.
 */
final class MessageRouter {
  private static final int SHOWN_CANDIDATES = 25;

  private final JobState state;
  private final Turn turn;
  private final Ledger ledger;
  private final AgentState sender;
  private final StepState step;
  private final Message handled;
  private int index;

  /**
   * @param from the mailbox that {@code handled} was taken from
   */
  MessageRouter(JobState state, Turn turn, Ledger ledger, Mailbox from, Message handled) {
    this.state = state;
    this.turn = turn;
    this.ledger = ledger;
    this.sender = from.owner();
    this.step = from.step();
    this.handled = handled;
  }

  /** A message built on {@code handled}: it inherits ids and {@code mn.*} headers, nothing else. */
  Message.Builder reply(String type, JsonNode body) {
    Message.Builder message = Message.builder(state.jobId(), sender.id(), "", type).body(body);
    message.with("correlation_id", handled.correlationId());
    message.with("causation_id", handled.id()).with("timestamp", turn.timestamp());
    ObjectNode headers = Json.object();
    handled
        .headers()
        .properties()
        .forEach(
            header -> {
              if (header.getKey().startsWith("mn.") || header.getKey().startsWith("trace")) {
                headers.set(header.getKey(), header.getValue());
              }
            });
    return attributed(message.headers(headers));
  }

  private Message.Builder attributed(Message.Builder message) {
    return step == null ? message : message.sentBy(step);
  }

  /** The handled body passed on unchanged, with its artifacts, stream and encoding. */
  Message.Builder forward(String type) {
    Message.Builder message = reply(type, handled.body());
    for (String member : new String[] {"class", "content_type", "content_encoding"}) {
      message.with(member, handled.envelope().path(member).asText());
    }
    for (String part : new String[] {"artifacts", "stream", "body_encoding"}) {
      message.part(part, handled.json().get(part));
    }
    return attributed(message.headers(handled.headers()));
  }

  /**
   * @param leafMayDrop whether a leaf agent may send this type without a receiver, as the default
   *     output does
   */
  void emit(String type, Message.Builder message, boolean leafMayDrop) {
    List<Edge> edges = sender.declared().outgoing();
    List<Edge> carrying = edges.stream().filter(edge -> edge.carries(type)).toList();
    if (carrying.isEmpty()) {
      unrouted(type, message, leafMayDrop && edges.isEmpty());
      return;
    }
    List<Edge> selected = select(carrying, message);
    for (Edge edge : selected) {
      deliver(edge.to(), message);
    }
  }

  /** Sends to the target regardless of edges, for a structured emit that names it. */
  void emitTo(String target, Message.Builder message) {
    if (state.workflow().agents().containsKey(target)) {
      deliver(target, message);
    } else {
      message.id(nextId()).with("to", target);
      deadLetter(turn, sender.id(), message.preview(), "unknown target agent " + target);
    }
  }

  private List<Edge> select(List<Edge> carrying, Message.Builder message) {
    List<Edge> selected = new ArrayList<>(carrying.size());
    boolean firstTaken = false;
    boolean decided = false;
    for (Edge edge : carrying) {
      boolean first = edge.routing() == Routing.FIRST_MATCH;
      if (first && firstTaken) {
        continue;
      }
      boolean conditional = edge.condition() != Condition.ALWAYS;
      boolean matched = !conditional || matches(edge, message);
      if (conditional || first) {
        decided = true;
        routeEvent("route_evaluated", edge, matched);
      }
      if (matched) {
        selected.add(edge);
        firstTaken |= first;
        if (conditional || first) {
          routeEvent("route_selected", edge, true);
        }
      }
    }
    if (selected.isEmpty() && decided) {
      ObjectNode payload = Json.object();
      payload.put("from", sender.id()).put("candidate_count", carrying.size());
      payload.put("message_type", message.preview().type());
      turn.agentEvent("route_not_matched", sender.id(), payload);
    }
    return selected;
  }

  private boolean matches(Edge edge, Message.Builder message) {
    Message preview = message.preview();
    JsonNode memory = sender.memory() == null ? Json.MAPPER.nullNode() : sender.memory();
    return edge.condition()
        .test(new Condition.Context(preview.envelope(), preview.headers(), preview.body(), memory));
  }

  private void routeEvent(String type, Edge edge, boolean matched) {
    ObjectNode payload = Json.object();
    payload.put("edge_id", edge.id()).put("from", edge.from()).put("to", edge.to());
    payload.put("message_type", edge.messageType());
    payload.put("routing_mode", edge.routing().name().toLowerCase(Locale.ROOT));
    payload.put("matched", matched);
    turn.agentEvent(type, sender.id(), payload);
  }

  private void deliver(String target, Message.Builder message) {
    message.id(nextId());
    ledger.post(message.build(state.counters().nextMessage(), target));
  }

  private String nextId() {
    return DerivedId.of(handled.id(), sender.id(), index++);
  }

  private void unrouted(String type, Message.Builder message, boolean silent) {
    if (silent) {
      return;
    }
    message.id(nextId());
    ObjectNode payload = Json.object();
    payload.put("type", type);
    ArrayNode candidates = payload.putArray("candidates");
    sender.declared().outgoing().stream()
        .map(Edge::messageType)
        .distinct()
        .limit(SHOWN_CANDIDATES)
        .forEach(candidates::add);
    turn.agentEvent("message_unrouted", sender.id(), payload);
    state.header().noteUnrouted(type);
    if (!sender.declared().outgoing().isEmpty()) {
      deadLetter(turn, sender.id(), message.preview(), "no edge carries message type " + type);
    }
  }

  /** Records a message that will not be handled, for a later replay. */
  static void deadLetter(Turn turn, String agentId, Message message, String reason) {
    ObjectNode payload = Json.object();
    payload.put("reason", reason).put("message_id", message.id());
    payload.put("attempt", message.attempt());
    ObjectNode members = Json.object();
    members.put("reason", reason);
    members.set("message", message.json());
    turn.record("dead_letter", agentId, payload, members);
  }
}

package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** The mailboxes of one step, one for each agent that works for it, in manifest order. */
public final class StepMailboxes implements Iterable<Mailbox> {
  private final Map<String, Mailbox> byAgent = new LinkedHashMap<>();

  StepMailboxes(StepState step, Function<String, AgentState> agents, Changes changes) {
    for (String agentId : step.declared().agentIds()) {
      byAgent.put(agentId, new Mailbox(agents.apply(agentId), step, changes));
    }
  }

  /** The mailbox of an agent, or null when the agent does not work for the step. */
  public Mailbox of(String agentId) {
    return byAgent.get(agentId);
  }

  public boolean has(String agentId) {
    return byAgent.containsKey(agentId);
  }

  /** The one that gets what comes from other steps. */
  public Mailbox entry() {
    return byAgent.values().iterator().next();
  }

  public Stream<Mailbox> stream() {
    return byAgent.values().stream();
  }

  @Override
  public Iterator<Mailbox> iterator() {
    return stream().iterator();
  }

  /** Whether no message waits and no program runs: then nothing is left to do for the step. */
  public boolean areQuiet() {
    return stream().allMatch(mailbox -> mailbox.isEmpty() && mailbox.flight() == null);
  }

  /**
   * Whether a program was ordered whose outcome is not known yet, including one that a pause has
   * stopped.
   */
  public boolean isAnyFlying() {
    return stream().anyMatch(mailbox -> mailbox.flight() != null);
  }

  public boolean hasMessage() {
    return stream().anyMatch(mailbox -> !mailbox.isEmpty());
  }

  void writeTo(ObjectNode json) {
    ObjectNode boxes = Json.object();
    byAgent.forEach(
        (agent, mailbox) -> {
          ObjectNode box = Json.object();
          mailbox.write(box);
          if (!box.isEmpty()) {
            boxes.set(agent, box);
          }
        });
    if (!boxes.isEmpty()) {
      json.set("mailboxes", boxes);
    }
  }

  void read(JsonNode json) {
    json.path("mailboxes")
        .properties()
        .forEach(box -> byAgent.get(box.getKey()).read(box.getValue()));
  }
}

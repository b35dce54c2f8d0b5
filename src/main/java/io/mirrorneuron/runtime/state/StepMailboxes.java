package io.mirrorneuron.runtime.state;

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

  /** By agent, those that are not as new ones; null when all are. */
  Map<String, Mailbox.Stored> stored() {
    Map<String, Mailbox.Stored> boxes = new LinkedHashMap<>();
    byAgent.forEach(
        (agent, mailbox) -> {
          Mailbox.Stored box = mailbox.stored();
          if (!box.equals(Mailbox.Stored.NEW)) {
            boxes.put(agent, box);
          }
        });
    return boxes.isEmpty() ? null : boxes;
  }

  void restore(Map<String, Mailbox.Stored> stored) {
    if (stored != null) {
      stored.forEach((agent, box) -> byAgent.get(agent).restore(box));
    }
  }
}

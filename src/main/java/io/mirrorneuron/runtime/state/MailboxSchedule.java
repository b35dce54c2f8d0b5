package io.mirrorneuron.runtime.state;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;

/**
 * Which mailboxes of a job are looked at next, and which must wait: until a running program has
 * ended, or until a full receiver has handled messages.
 */
public final class MailboxSchedule {
  private final LinkedHashSet<Mailbox> candidates = new LinkedHashSet<>();

  /** Senders by the full receiver that they wait for, first come first served. */
  private final Map<Mailbox, LinkedHashSet<Mailbox>> held = new LinkedHashMap<>();

  private final LinkedHashSet<Mailbox> inLine = new LinkedHashSet<>();

  /** Mailboxes of steps that wait until the agent that works for them is free. */
  private final Map<AgentState, LinkedHashSet<Mailbox>> inLineForAgent = new HashMap<>();

  private int flying;
  private int flyingSteps;
  private int saturated;

  /** Executions that are ordered and not parked. */
  public int flying() {
    return flying;
  }

  /** Executions of steps among {@link #flying}. */
  public int flyingSteps() {
    return flyingSteps;
  }

  /** How many mailboxes are full. */
  public int saturated() {
    return saturated;
  }

  // ---- to be looked at

  /**
   * Queues the mailbox for another look: its agent may be free, its waiting time over, or a message
   * there.
   */
  public void consider(Mailbox mailbox) {
    candidates.add(mailbox); // it keeps its place when it is there already
  }

  /** The next mailbox whose agent may have something to do now, or null. */
  public Mailbox poll() {
    return candidates.isEmpty() ? null : candidates.removeFirst();
  }

  boolean isEmpty() {
    return candidates.isEmpty();
  }

  // ---- held back by a receiver that is full

  /** Skips the sender until {@link #releaseNext} reaches it in the queue of the receiver. */
  public void hold(Mailbox sender, Mailbox receiver) {
    held.computeIfAbsent(receiver, key -> new LinkedHashSet<>()).add(sender);
  }

  /**
   * Has one of the senders looked at that were held back for this receiver. One at a time: with a
   * thousand of them, most would only be held back again.
   */
  public void releaseNext(Mailbox receiver) {
    if (held.containsKey(receiver)) {
      consider(takeHeld(receiver));
    }
  }

  private Mailbox takeHeld(Mailbox receiver) {
    LinkedHashSet<Mailbox> senders = held.get(receiver);
    Mailbox sender = senders.removeFirst();
    if (senders.isEmpty()) {
      held.remove(receiver);
    }
    return sender;
  }

  public boolean isAnyHeld() {
    return !held.isEmpty();
  }

  /** One of those that are held, or null. */
  public Mailbox pollHeld() {
    return held.isEmpty() ? null : takeHeld(held.keySet().iterator().next());
  }

  public void pressure(Mailbox mailbox, MailboxPressure next) {
    saturated -= mailbox.isSaturated() ? 1 : 0;
    mailbox.press(next);
    saturated += mailbox.isSaturated() ? 1 : 0;
  }

  // ---- waiting for running programs

  /** The mailbox waits until fewer steps have a running program. */
  public void waitForStepSlot(Mailbox mailbox) {
    inLine.add(mailbox);
  }

  /** The mailbox waits until its agent is free. */
  public void waitForAgent(Mailbox mailbox) {
    lineForAgent(mailbox.owner()).add(mailbox);
  }

  /** The mailbox gives up its turn: the next ones in the queues it was in are looked at instead. */
  public void passOn(Mailbox mailbox) {
    considerNextInLine();
    if (mailbox.owner().flying() == 0) {
      considerNextInLine(mailbox.owner());
    }
  }

  public void fly(Mailbox mailbox, Flight flight) {
    boolean flew = mailbox.isFlying();
    count(mailbox, -1);
    mailbox.fly(flight);
    count(mailbox, 1);
    if (mailbox.isFlying()) {
      inLine.remove(mailbox);
      lineForAgent(mailbox.owner()).remove(mailbox);
    } else if (flew) {
      considerNextInLine();
      considerNextInLine(mailbox.owner());
    }
  }

  /** Counts in what a mailbox was at when it was stored. */
  void restored(Mailbox mailbox) {
    count(mailbox, 1);
    saturated += mailbox.isSaturated() ? 1 : 0;
  }

  private LinkedHashSet<Mailbox> lineForAgent(AgentState agent) {
    return inLineForAgent.computeIfAbsent(agent, key -> new LinkedHashSet<>());
  }

  private void considerNextInLine() {
    if (!inLine.isEmpty()) {
      consider(inLine.removeFirst());
    }
  }

  private void considerNextInLine(AgentState agent) {
    LinkedHashSet<Mailbox> line = lineForAgent(agent);
    if (!line.isEmpty()) {
      consider(line.removeFirst());
    }
  }

  private void count(Mailbox mailbox, int direction) {
    if (mailbox.isFlying()) {
      flying += direction;
      flyingSteps += mailbox.step() == null ? 0 : direction;
      mailbox.owner().countFlying(direction);
    }
  }
}

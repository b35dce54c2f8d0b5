package io.mirrorneuron.runtime.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Which mailboxes of a job are to be looked at next, and which only once others have made room: by
 * landing when they fly, or by working their messages off when they are full.
 */
final class Schedule {
  private final Deque<Mailbox> candidates = new ArrayDeque<>();
  private final LinkedHashSet<Mailbox> held = new LinkedHashSet<>();
  private final LinkedHashSet<Mailbox> inLine = new LinkedHashSet<>();
  private int flying;
  private int flyingSteps;
  private int saturated;

  /** Executions that are ordered and not parked. */
  int flying() {
    return flying;
  }

  /** Executions of steps among {@link #flying}. */
  int flyingSteps() {
    return flyingSteps;
  }

  /** How many mailboxes are full. */
  int saturated() {
    return saturated;
  }

  // ---- to be looked at

  /** Has the mailbox looked at again: its agent may be free, due or have mail. */
  void consider(Mailbox mailbox) {
    if (!mailbox.candidate) {
      mailbox.candidate = true;
      candidates.addLast(mailbox);
    }
  }

  /** The next mailbox whose agent may have something to do now, or null. */
  Mailbox poll() {
    Mailbox next = candidates.pollFirst();
    if (next != null) {
      next.candidate = false;
    }
    return next;
  }

  boolean isEmpty() {
    return candidates.isEmpty();
  }

  // ---- held back by a receiver that is full

  /** Leaves the mailbox alone until {@link #releaseHeld}: a receiver of its agent is full. */
  void hold(Mailbox mailbox) {
    held.add(mailbox);
  }

  void releaseHeld() {
    held.forEach(this::consider);
    held.clear();
  }

  boolean isAnyHeld() {
    return !held.isEmpty();
  }

  /** One of those that are held, or null. */
  Mailbox pollHeld() {
    return held.isEmpty() ? null : held.removeFirst();
  }

  void pressure(Mailbox mailbox, Pressure next) {
    saturated +=
        (next == Pressure.SATURATED ? 1 : 0) - (mailbox.pressure == Pressure.SATURATED ? 1 : 0);
    mailbox.pressure = next;
  }

  // ---- in line behind those that fly

  /** The mailbox waits until fewer steps are at work. */
  void lineUp(Mailbox mailbox) {
    inLine.add(mailbox);
  }

  /** Whoever waits behind the mailbox may be looked at: it does not take the place it was given. */
  void passOn(Mailbox mailbox) {
    considerNext(inLine);
    if (mailbox.owner.flying == 0) {
      considerNext(mailbox.owner.inLine);
    }
  }

  void fly(Mailbox mailbox, Mailbox.Flight flight) {
    boolean flew = mailbox.isFlying();
    count(mailbox, -1);
    mailbox.flight = flight;
    count(mailbox, 1);
    if (mailbox.isFlying()) {
      inLine.remove(mailbox);
      mailbox.owner.inLine.remove(mailbox);
    } else if (flew) {
      considerNext(inLine);
      considerNext(mailbox.owner.inLine);
    }
  }

  /** Counts in what a mailbox was at when it was stored. */
  void restored(Mailbox mailbox) {
    count(mailbox, 1);
    saturated += mailbox.pressure == Pressure.SATURATED ? 1 : 0;
  }

  private void considerNext(Set<Mailbox> line) {
    if (!line.isEmpty()) {
      Mailbox next = line.iterator().next();
      line.remove(next);
      consider(next);
    }
  }

  private void count(Mailbox mailbox, int direction) {
    if (mailbox.isFlying()) {
      flying += direction;
      flyingSteps += mailbox.step == null ? 0 : direction;
      mailbox.owner.flying += direction;
    }
  }
}

package io.mirrorneuron.runtime.state;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Puts messages into the mailboxes of a job and takes them out; knows which are not empty. */
public final class Mailboxes {
  private final MailboxSchedule schedule;
  private final Changes changes;
  private final LinkedHashSet<Mailbox> waiting = new LinkedHashSet<>();

  Mailboxes(MailboxSchedule schedule, Changes changes) {
    this.schedule = schedule;
    this.changes = changes;
  }

  /** Mailboxes that are not empty, in the order in which they became so. */
  public Set<Mailbox> waiting() {
    return Collections.unmodifiableSet(waiting);
  }

  public void enqueue(Mailbox mailbox, Message message) {
    place(mailbox, message);
    changes.added(message);
  }

  /** Puts a message that is stored already into its mailbox. */
  void place(Mailbox mailbox, Message message) {
    mailbox.append(message);
    waiting.add(mailbox);
    schedule.consider(mailbox);
  }

  /** Takes the head of the mailbox for good. */
  public Message consume(Mailbox mailbox) {
    Message message = mailbox.take();
    forget(mailbox, message);
    mailbox.owner().countProcessed();
    if (mailbox.isEmpty()) {
      waiting.remove(mailbox);
    } else {
      schedule.consider(mailbox);
    }
    return message;
  }

  /** Drops what waits in the mailbox: it will not be handled any more. */
  public void clear(Mailbox mailbox) {
    mailbox.messages().forEach(message -> forget(mailbox, message));
    mailbox.clear();
    waiting.remove(mailbox);
  }

  /** Drops every waiting message. */
  public void clearAll() {
    List.copyOf(waiting).forEach(this::clear);
  }

  /** The input of a step stays stored: it may have to be worked on again. */
  private void forget(Mailbox mailbox, Message message) {
    if (mailbox.step() != null && mailbox.step().isInput(message)) {
      mailbox.step().consumeInput();
    } else {
      changes.removed(message);
    }
  }

  /** Has the message that a step was started with handled once more, before all that waits. */
  public void requeueInput(StepState step) {
    step.restoreInput();
    Mailbox mailbox = step.inputMailbox();
    mailbox.putBack(step.input());
    waiting.add(mailbox);
  }
}

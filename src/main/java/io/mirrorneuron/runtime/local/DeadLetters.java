package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.JobsPort.ReplayedLetter;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.wire.DeadLetterScan;
import java.util.function.BiConsumer;

/** Delivers dead letters again. */
final class DeadLetters {
  private final Engine engine;
  private final JobHistory history;

  DeadLetters(Engine engine, JobHistory history) {
    this.engine = engine;
    this.history = history;
  }

  /** See {@link io.mirrorneuron.port.JobsPort#replayDeadLetter}. */
  ReplayedLetter replay(String jobId, int index) {
    return replay(
        jobId,
        index,
        (to, message) -> Answers.await(engine.commands().deliver(jobId, to, message.json())));
  }

  /**
   * The same by another delivery than this node's.
   *
   * @param delivery gives a message to an agent; returns when it is durable
   */
  ReplayedLetter replay(String jobId, int index, BiConsumer<String, Message> delivery) {
    Message message = find(jobId, index);
    if (message.to().isEmpty()) {
      throw MnException.precondition(
          "dead letter "
              + index
              + " has no receiver: no edge carried its type, so it cannot be delivered again");
    }
    // The second delivery is another message.
    delivery.accept(message.to(), message.unsent());
    return new ReplayedLetter(true, jobId, message.to(), index);
  }

  private Message find(String jobId, int index) {
    DeadLetterScan scan = new DeadLetterScan();
    long after = 0;
    EventPage page;
    do {
      page = history.after(jobId, after, JobHistory.BATCH);
      scan.read(page.events());
      if (index >= 0 && index < scan.letters().size()) {
        return new Message(0, scan.letters().get(index).withObject("/message"));
      }
      after = page.next();
    } while (page.events().size() == JobHistory.BATCH);
    throw MnException.notFound("dead letter", Integer.toString(index));
  }
}

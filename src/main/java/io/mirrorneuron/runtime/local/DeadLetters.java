package io.mirrorneuron.runtime.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.EventPage;
import io.mirrorneuron.port.ReplayedLetter;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.wire.DeadLetterScan;

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
    JsonNode letter = find(jobId, index);
    String target = letter.path("message").path("envelope").path("to").asText("");
    if (target.isEmpty()) {
      throw MnException.precondition(
          "dead letter "
              + index
              + " has no receiver: no edge carried its type, so it cannot be delivered again");
    }
    ObjectNode message = (ObjectNode) letter.path("message");
    message.withObject("/envelope").remove("message_id"); // the second delivery is another message
    Answers.await(engine.commands().deliver(jobId, target, message));
    return new ReplayedLetter(true, jobId, target, index);
  }

  private JsonNode find(String jobId, int index) {
    DeadLetterScan scan = new DeadLetterScan();
    long after = 0;
    EventPage page;
    do {
      page = history.after(jobId, after, JobHistory.BATCH);
      scan.read(page.events());
      if (index >= 0 && index < scan.letters().size()) {
        return scan.letters().get(index);
      }
      after = page.next();
    } while (page.events().size() == JobHistory.BATCH);
    throw MnException.notFound("dead letter", Integer.toString(index));
  }
}

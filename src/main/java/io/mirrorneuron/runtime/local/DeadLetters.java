package io.mirrorneuron.runtime.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.EventPage;
import io.mirrorneuron.port.ReplayedLetter;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.wire.Json;

/** Finds the dead letters of a job in its history, and delivers them again. */
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
    int seen = 0;
    long after = 0;
    EventPage page;
    do {
      page = history.after(jobId, after, JobHistory.BATCH);
      for (String event : page.events()) {
        if (event.contains(
            "dead_letter")) { // a cheap filter; payloads of other events may hold the word too
          JsonNode letter = Json.parseObject(event, "stored event");
          if (letter.path("type").asText().equals("dead_letter") && seen++ == index) {
            return letter;
          }
        }
      }
      after = page.next();
    } while (page.events().size() == JobHistory.BATCH);
    throw MnException.notFound("dead letter", Integer.toString(index));
  }
}

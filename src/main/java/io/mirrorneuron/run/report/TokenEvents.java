package io.mirrorneuron.run.report;

import io.mirrorneuron.run.folder.LogLines;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tokens that events tell of. The same event may stand in a log more than once, relayed, written by
 * its program and put back after a loss; it counts once.
 */
final class TokenEvents {
  /** Parts of those names, and what hides any letter of a name. */
  private static final List<String> WORDS = List.of("oken", "usage", "llm", "\\u");

  private final Set<String> seen = new HashSet<>();
  private TokenUsage total = TokenUsage.NONE;

  /** Gets the usage and the time of each event that tells of tokens. */
  @FunctionalInterface
  interface Visitor {
    void used(TokenUsage usage, Instant at);
  }

  /** All of a run's events. */
  static void read(RunFolder folder, Visitor visitor) {
    var events = new TokenEvents();
    var times = new LineTimes(folder, RunLog.EVENTS);
    LogLines.read(
        folder,
        RunLog.EVENTS,
        line -> {
          RecordFacts event = mayTell(line) ? RecordFacts.at(line) : null;
          TokenUsage usage = event == null ? TokenUsage.NONE : events.add(event);
          if (usage != TokenUsage.NONE) {
            visitor.used(usage, times.of(event.time()));
          }
        });
  }

  /** Whether one of the names may be in it that {@link TokenUsage} knows; most lines have none. */
  private static boolean mayTell(byte[] line) {
    String text = new String(line, StandardCharsets.ISO_8859_1);
    return WORDS.stream().anyMatch(text::contains);
  }

  /** What the event adds: {@link TokenUsage#NONE} when nothing, or not for the first time. */
  TokenUsage add(RecordFacts event) {
    TokenUsage usage = TokenUsage.ofPayload(event.payload());
    if (usage == TokenUsage.NONE || !seen.add(identity(event))) {
      return TokenUsage.NONE;
    }
    total = total.plus(usage);
    return usage;
  }

  TokenUsage total() {
    return total;
  }

  private static String identity(RecordFacts event) {
    String id = event.first("/event_id", "/payload/event_id");
    return id.isEmpty()
        ? String.join(
            "|",
            Records.timeText(event.facts()),
            event.text("type"),
            event.text("agent_id"),
            event.text("message_id"),
            TokenUsage.ofPayload(event.payload()).toString())
        : id;
  }
}

package io.mirrorneuron.area.runs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.model.LogLevel;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.RedactedRun;
import io.mirrorneuron.run.RedactedRuns;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.journal.JournalEntry;
import io.mirrorneuron.run.journal.LogFilter;
import io.mirrorneuron.run.journal.RunJournal;
import io.mirrorneuron.run.journal.RunJournal.Filter;
import io.mirrorneuron.wire.Json;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The records of runs, as lists and as pages of their stream. Blocking. Thread-safe. */
final class RunRecords {
  /** The meaning of {@code limit=0}. */
  private static final int EVERYTHING = 50_000;

  private final RedactedRuns runs;

  RunRecords(RedactedRuns runs) {
    this.runs = runs;
  }

  ObjectNode events(ApiCall call) {
    if (!call.has("channel")) {
      return list(call, EnumSet.of(RunLog.EVENTS), null, any -> true);
    }
    String channel = call.text("channel");
    Set<RunLog> from =
        channel.equals("human")
            ? EnumSet.of(RunLog.HUMAN, RunLog.EVENTS) // most records are in both
            : EnumSet.of(RunLog.EVENTS);
    return list(
        call, from, null, record -> record.path("channel").asText("events").equals(channel));
  }

  /** The last log records; with {@code after} a page of the records after it. */
  ObjectNode logs(ApiCall call) {
    if (!call.has("after")) {
      return list(call, EnumSet.of(RunLog.LOGS), filter(call), since(call));
    }
    String runId = call.text("run_id");
    RedactedRun run = runs.find(runId);
    boolean over = run.isOver();
    RunJournal.Page page =
        journal(run)
            .page(
                position(runId, call.text("after")),
                new Filter(EnumSet.of(RunLog.LOGS), filter(call)),
                call.integer("limit") == 0 ? EVERYTHING : (int) call.integer("limit"));
    ObjectNode answer = Json.object().put("run_id", runId);
    Predicate<ObjectNode> wanted = since(call);
    answer
        .putArray("data")
        .addAll(page.entries().stream().map(JournalEntry::record).filter(wanted).toList());
    return answer.put("next", page.next()).put("ended", over && page.complete());
  }

  ObjectNode timeline(ApiCall call) {
    return list(call, EnumSet.of(RunLog.TIMELINE), null, since(call));
  }

  private ObjectNode list(
      ApiCall call, Set<RunLog> logs, LogFilter filter, Predicate<ObjectNode> wanted) {
    int limit = (int) call.integer("limit");
    int most = limit == 0 ? EVERYTHING : limit;
    RunJournal journal = journal(runs.find(call.text("run_id")));
    Map<String, ObjectNode> once = new LinkedHashMap<>();
    List<ObjectNode> last = journal.last(most * logs.size(), new Filter(logs, filter), wanted);
    for (ObjectNode record : last) {
      String name = logs.size() == 1 ? String.valueOf(once.size()) : Json.write(record);
      once.putIfAbsent(name, record);
    }
    List<ObjectNode> sorted = new ArrayList<>(once.values());
    sorted.sort(
        Comparator.comparing(Records::time, Comparator.nullsFirst(Comparator.naturalOrder())));
    ObjectNode answer = Json.object().put("run_id", call.text("run_id"));
    answer
        .putArray("data")
        .addAll(sorted.subList(Math.max(0, sorted.size() - most), sorted.size()));
    return answer;
  }

  /** The stream's present page after the cursor. */
  Page page(ApiCall call) {
    String runId = call.text("run_id");
    long after = call.has("after") ? position(runId, call.text("after")) : 0;
    RedactedRun.News news =
        runs.find(runId)
            .news(after, new Filter(channels(call), filter(call)), (int) call.integer("limit"));
    return new Page(
        news.entries().stream().map(JournalEntry::json).toList(),
        news.next(),
        news.more(),
        news.ended());
  }

  /**
   * A page of the stream.
   *
   * @param records envelopes, UTF-8
   * @param more whether there are records beyond this page
   */
  record Page(List<byte[]> records, long next, boolean more, boolean ended) {
    boolean isNews() {
      return !records.isEmpty() || more || ended;
    }

    Buffer json() {
      Buffer json = Buffer.buffer("{\"data\":[");
      for (int i = 0; i < records.size(); i++) {
        json.appendString(i == 0 ? "" : ",").appendBytes(records.get(i));
      }
      return json.appendString("],\"next\":" + next + ",\"ended\":" + ended + "}");
    }
  }

  private RunJournal journal(RedactedRun run) {
    RunJournal journal = run.journal();
    journal.takeInAll();
    return journal;
  }

  /** The number in a record's id, {@code run:channel:number:…}, or a plain number. */
  private static long position(String runId, String after) {
    String[] parts =
        after.startsWith(runId + ":") ? after.substring(runId.length()).split(":", 4) : null;
    String number = parts == null ? after : parts.length > 2 ? parts[2] : "";
    try {
      return Long.parseUnsignedLong(number);
    } catch (NumberFormatException e) {
      throw MnException.invalid("after must be the id of a record of this run, or its number");
    }
  }

  private static Set<RunLog> channels(ApiCall call) {
    EnumSet<RunLog> channels = EnumSet.noneOf(RunLog.class);
    Arrays.stream(call.text("channels").split(","))
        .map(String::strip)
        .forEach(name -> RunLog.of(name).ifPresent(channels::add));
    if (channels.isEmpty()) {
      throw MnException.invalid(
          "channels must name at least one of events, logs, human, resources, errors, timeline");
    }
    return channels;
  }

  private static LogFilter filter(ApiCall call) {
    return new LogFilter(level(call), text(call, "step"), text(call, "stream"), text(call, "text"));
  }

  private static String text(ApiCall call, String parameter) {
    return call.has(parameter) ? call.text(parameter) : null;
  }

  private static LogLevel level(ApiCall call) {
    return call.has("level")
        ? LogLevel.of(call.text("level"))
            .orElseThrow(
                () ->
                    MnException.invalid(
                        "level must be one of TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL"))
        : null;
  }

  private static Predicate<ObjectNode> since(ApiCall call) {
    if (!call.has("since")) {
      return any -> true;
    }
    Instant since = Records.since("since", call.text("since"));
    return record -> Records.time(record) instanceof Instant at && !at.isBefore(since);
  }
}

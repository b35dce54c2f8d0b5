package io.mirrorneuron.run.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.LogPosition;
import io.mirrorneuron.run.folder.NumberSet;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * How far a journal has read the files it is made of, and which events of jobs it has: all that
 * keeps it from taking a record twice. Made anew of the journal itself.
 */
final class SourcePositions {
  private final Map<String, LogPosition> positions = new HashMap<>();
  private final Map<String, String> lastFiles = new HashMap<>();
  private final Map<String, NumberSet> events = new HashMap<>();
  private long seq;

  /** The number of the last entry. */
  long seq() {
    return seq;
  }

  LogPosition position(RunLog log, String file) {
    return positions.getOrDefault(name(log, file), LogPosition.START);
  }

  boolean knows(RunLog log, String file) {
    return positions.containsKey(name(log, file));
  }

  /** The file that the last record of the log was in, or null. */
  String lastFile(RunLog log) {
    return lastFiles.get(log.channel());
  }

  /** Whether this event of a job has been taken from this log. */
  boolean has(RunLog log, String job, long jobSeq) {
    NumberSet taken = events.get(name(log, job));
    return taken != null && taken.has(jobSeq);
  }

  void passed(RunLog log, String file, LogPosition position) {
    positions.put(name(log, file), position);
  }

  void took(JournalEntry entry) {
    seq = entry.seq();
    passed(entry.log(), entry.file(), new LogPosition(entry.end(), entry.hash()));
    lastFiles.put(entry.log().channel(), entry.file());
    if (!entry.job().equals(JournalEntry.NO_JOB)) {
      events
          .computeIfAbsent(name(entry.log(), entry.job()), absent -> new NumberSet())
          .add(entry.jobSeq());
    }
  }

  /** The first line of a segment: what the segments before it, which may go, have told. */
  String account() {
    ObjectNode account = Json.object().put("seq", seq);
    ObjectNode files = account.putObject("files");
    positions.forEach(
        (file, at) -> files.putArray(file).add(at.end()).add(Long.toHexString(at.hash())));
    account.set("last_files", Json.MAPPER.valueToTree(lastFiles));
    ObjectNode jobs = account.putObject("events");
    events.forEach((name, taken) -> taken.forEachBound(jobs.putArray(name)::add));
    return Json.write(account);
  }

  /** Restores the positions from a segment's first line; answers whether the line was one. */
  boolean readAccount(byte[] line) {
    JsonNode account;
    try {
      account = Json.parse(new String(line, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      return false;
    }
    seq = account.path("seq").asLong();
    account
        .path("files")
        .properties()
        .forEach(
            file ->
                positions.put(
                    file.getKey(),
                    new LogPosition(
                        file.getValue().path(0).asLong(),
                        Long.parseUnsignedLong(file.getValue().path(1).asText("0"), 16))));
    account
        .path("last_files")
        .properties()
        .forEach(file -> lastFiles.put(file.getKey(), file.getValue().asText()));
    account
        .path("events")
        .properties()
        .forEach(
            job -> {
              NumberSet taken = new NumberSet();
              for (int i = 0; i + 1 < job.getValue().size(); i += 2) {
                taken.add(job.getValue().get(i).asLong(), job.getValue().get(i + 1).asLong() - 1);
              }
              events.put(job.getKey(), taken);
            });
    return true;
  }

  private static String name(RunLog log, String of) {
    return log.channel() + ' ' + of;
  }
}

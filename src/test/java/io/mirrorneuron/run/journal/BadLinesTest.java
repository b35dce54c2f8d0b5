package io.mirrorneuron.run.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.report.CompactTimeline;
import io.mirrorneuron.testing.RunFiles;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines that programs wrote badly, or as they write logs. */
class BadLinesTest {
  private static final RunJournal.Filter ALL =
      new RunJournal.Filter(EnumSet.allOf(RunLog.class), null);

  @TempDir Path temp;

  private RunFolder run() {
    RunFiles.write(temp, "r1/job.json", "{}");
    return new RunFolder("r1", temp.resolve("r1"), name -> {});
  }

  @Test
  void badLinesAreToldAmongTheEventsOfTheJobOnly() {
    RunFolder run = run();
    RunFiles.write(
        run.path(),
        "events.jsonl",
        "{\"type\":\"a\",\"ts\":\"2026-01-02T03:04:05Z\"}\nTraceback: boom\n\n[1,2]\n{\"type\":\"b\"}\n");
    RunFiles.write(run.path(), "logs.jsonl", "not a log\n");
    RunJournal journal = new RunJournal(run);
    journal.catchUp();

    List<ObjectNode> reported = journal.ofPrograms(0, 10, 1 << 20).events();
    assertThat(reported)
        .extracting(event -> event.path("type").asText())
        .containsExactly("a", "unparseable_event", "unparseable_event", "b");
    assertThat(reported.get(1).at("/payload/line").asText()).isEqualTo("Traceback: boom");
    assertThat(reported.get(1).path("ts").asText()).startsWith("2026-01-02T03:04:05");
    assertThat(journal.page(0, ALL, 10).entries())
        .extracting(entry -> entry.record().path("type").asText())
        .containsExactly("a", "b");
    new RunJournal(run).catchUp(); // a server that starts again takes none twice
    assertThat(journal.ofPrograms(0, 10, 1 << 20).events()).hasSize(4);
  }

  @Test
  void aRecordWithoutATypeIsALogAndNoError() {
    RunFolder run = run();
    RunFiles.write(run.path(), "events.jsonl", "{\"level\":\"info\",\"message\":\"hello\"}\n");
    RunFiles.write(run.path(), "errors.jsonl", "{\"code\":\"x\"}\n");
    RunJournal journal = new RunJournal(run);
    journal.catchUp();

    assertThat(journal.page(0, ALL, 10).entries())
        .extracting(
            entry ->
                entry.log()
                    + " "
                    + Json.parseObject(new String(entry.json(), StandardCharsets.UTF_8), "")
                        .path("type")
                        .asText())
        .containsExactlyInAnyOrder("EVENTS log", "ERRORS error");
  }

  @Test
  void aRecordWithoutATimeGetsThatOfItsArrivalAndItsPlace() throws IOException {
    RunFolder run = run();
    RunFiles.write(
        run.path(),
        "events.jsonl",
        "{\"type\":\"first\"}\nbad\n{\"type\":\"b\",\"ts\":\"2026-01-02T03:04:05Z\"}\n"
            + "{\"type\":\"c\",\"ts\":\"soon\"}\n");
    RunFiles.write(
        run.path(), "logs.jsonl", "{\"message\":\"old\",\"ts\":\"2026-01-01T00:00:00Z\"}\n");
    Instant written = Instant.parse("2026-01-02T03:04:06Z");
    Files.setLastModifiedTime(run.path().resolve("events.jsonl"), FileTime.from(written));
    RunJournal journal = new RunJournal(run);
    journal.catchUp();
    Files.writeString(
        run.path().resolve("events.jsonl"), "{\"type\":\"late\"}\n", StandardOpenOption.APPEND);
    Files.setLastModifiedTime(
        run.path().resolve("events.jsonl"), FileTime.from(written.plusSeconds(60)));
    journal.catchUp();

    assertThat(journal.page(0, ALL, 10).entries())
        .extracting(entry -> entry.record())
        .extracting(record -> record.path("type").asText("log") + " " + record.path("ts").asText())
        .containsExactly(
            "log 2026-01-01T00:00:00Z",
            "first 2026-01-02T03:04:05.000Z",
            "b 2026-01-02T03:04:05Z",
            "c 2026-01-02T03:04:05.000Z",
            "late 2026-01-02T03:05:06.000Z");
    assertThat(journal.ofPrograms(0, 10, 1 << 20).events())
        .allMatch(event -> event.path("ts").asText().startsWith("2026-01-02T03:0"));
  }

  @Test
  void theShortTimelineHoldsRecordsOnly() {
    RunFolder run = run();
    RunFiles.write(
        run.path(), "timeline.jsonl", "{\"type\":\"a\"}\n[1]\n\"text\"\n7\nprose\n{\"torn\":\n");

    ObjectNode timeline = CompactTimeline.of(run);
    assertThat(timeline.path("records").toString()).isEqualTo("[{\"type\":\"a\"}]");
  }
}

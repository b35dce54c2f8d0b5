package io.mirrorneuron.run.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.record.Recording.RecordedLogs;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.MarkedSecrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlierNodesTest {
  private static final List<StoredEvent> BEFORE =
      List.of(event(1, "job_running"), event(2, "executor_lease_acquired"));
  private static final List<StoredEvent> AFTER =
      List.of(event(3, "job_scheduler_replanned"), event(4, "job_recovered"));

  @TempDir Path root;
  private RunStore store;
  private RunFolder run;

  @BeforeEach
  void open() {
    store = new RunStore(root, new RunWriter.Elsewhere());
    run = store.open("run-j");
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static StoredEvent event(long seq, String type) {
    ObjectNode json = Json.object().put("seq", seq).put("type", type);
    json.put("timestamp", "2026-06-20T10:00:0%dZ".formatted(seq));
    if (type.equals("job_scheduler_replanned")) {
      json.putArray("excluded_nodes").add("mn@a");
    }
    return new StoredEvent(seq, Json.write(json));
  }

  private RecordedLogs logs() {
    String row = "{\"job_id\": \"j\", \"run_id\": \"run-j\", \"trace_id\": \"t\"}";
    EventRecords records =
        new EventRecords(RecordedJob.parse(row), null, MarkedSecrets.of(Json.object()));
    return new RecordedLogs(records, "j", event -> {}, event -> {});
  }

  private List<String> reported() throws IOException {
    Path file = run.path().resolve("logs.jsonl");
    return Files.exists(file)
        ? Files.readAllLines(file).stream()
            .map(line -> Json.parseObject(line, "line").path("message").asText())
            .toList()
        : List.of();
  }

  @Test
  void aRunThatCameFromAnotherNodeSaysOnceWhatItLacks() throws IOException {
    RecordedLogs logs = logs();
    logs.append(run, BEFORE);
    logs.append(run, AFTER);
    RecordedLogs again = logs(); // as after a crash
    again.findWritten(run, run.logs());
    again.append(run, BEFORE);
    again.append(run, AFTER);

    assertThat(reported())
        .containsExactly(
            "until 2026-06-20T10:00:03Z the programs of this run belonged to mn@a: what they"
                + " printed and the files that they wrote into the folder of the run are there,"
                + " not here");
  }

  @Test
  void theNodeThatHadItLacksNothing() throws IOException {
    logs().append(run, BEFORE);
    RecordedLogs later = logs();
    later.findWritten(run, run.logs());
    later.append(run, BEFORE);
    later.append(run, AFTER);

    assertThat(reported()).isEmpty();
  }

  @Test
  void aRunWithoutProgramsHasLeftNothingBehind() throws IOException {
    logs().append(run, List.of(event(1, "job_running"), AFTER.getFirst()));

    assertThat(reported()).isEmpty();
  }
}

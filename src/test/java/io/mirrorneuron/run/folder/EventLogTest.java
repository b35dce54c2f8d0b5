package io.mirrorneuron.run.folder;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventLogTest {
  @TempDir private Path root;
  private RunSample run;
  private Path file;
  private final EventLog log = new EventLog(RunLog.EVENTS, "j-1");

  @BeforeEach
  void make() throws Exception {
    run = new RunSample(root);
    file = run.folder().path().resolve("events.jsonl");
  }

  @Test
  void whatTheFilesHaveIsNotWrittenAgain() throws Exception {
    run.lines("events.jsonl", event(9), event(11));
    run.lines("events.001.jsonl", event(7));
    run.document("events.index.json", "{'segments':[{'path':'events.001.jsonl'}]}");

    log.look(run.folder());
    append(IntStream.rangeClosed(6, 12).toArray());

    assertThat(written()).containsExactly(9, 11, 6, 8, 10, 12);
  }

  @Test
  void whatWasInPartsThatWentIsNotWrittenAgain() throws Exception {
    run.lines("events.jsonl", event(9), event(11));
    run.lines("events.002.jsonl", event(7));
    run.document("events.index.json", "{'segments':[{'path':'events.002.jsonl'}]}");

    log.look(run.folder());
    append(IntStream.rangeClosed(1, 12).toArray());

    assertThat(written()).containsExactly(9, 11, 8, 10, 12);
    log.look(run.folder());
    assertThat(log.lacksSome()).isFalse();
  }

  @Test
  void isOursWhileNobodyElseWrites() {
    assertThat(log.isOurs(run.folder())).isTrue();
    append(1, 2);
    assertThat(log.isOurs(run.folder())).isTrue();
    append(4);
    assertThat(log.isOurs(run.folder())).isTrue();
  }

  @Test
  void isNotOursAfterSomethingWasThereBefore() throws Exception {
    Files.writeString(file, "{}\n");
    assertThat(log.isOurs(run.folder())).isFalse();
    append(1);
    assertThat(log.isOurs(run.folder())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void isNotOursAfterSomethingWasAdded(boolean whole) throws Exception {
    append(1);
    Files.writeString(file, whole ? "{}\n" : "{\"torn", StandardOpenOption.APPEND);
    assertThat(log.isOurs(run.folder())).isFalse();
    append(2);
    assertThat(log.isOurs(run.folder())).isFalse();
    assertThat(written()).containsExactly(1, 2);
  }

  @Test
  void isNotOursAfterItWasRewrittenInTheSameLength() throws Exception {
    append(1, 2);
    Files.writeString(file, Files.readString(file).replace("_2", "_3"));
    assertThat(log.isOurs(run.folder())).isFalse();
  }

  @Test
  void isNotOursAfterItWasCutOffEvenIfItIsAddedTo() throws Exception {
    append(1, 2);
    Files.writeString(file, "");
    assertThat(log.isOurs(run.folder())).isFalse();
    append(3);
    assertThat(log.isOurs(run.folder())).isFalse();
  }

  @Test
  void writesAgainWhatSomebodyTookAway() throws Exception {
    append(1, 2, 3);
    Files.delete(file);
    append(4);
    assertThat(log.lacksSome()).isFalse(); // not looked at yet
    log.look(run.folder());
    assertThat(log.lacksSome()).isTrue();

    append(1, 2, 3, 4);
    assertThat(written()).containsExactly(4, 1, 2, 3);
    log.look(run.folder());
    assertThat(log.lacksSome()).isFalse();
  }

  private void append(int... seqs) {
    log.append(run.folder(), Arrays.stream(seqs).mapToObj(EventLogTest::record).toList());
  }

  private List<Integer> written() throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> line.endsWith("}"))
        .map(line -> Json.parseObject(line, "line").path("seq").asInt())
        .filter(seq -> seq > 0)
        .toList();
  }

  private static RunRecord record(int seq) {
    return RunRecord.parse(event(seq).replace('\'', '"'));
  }

  private static String event(int seq) {
    return "{'event_id':'evt_j-1_%1$d','job_id':'j-1','seq':%1$d,'type':'x'}".formatted(seq);
  }
}

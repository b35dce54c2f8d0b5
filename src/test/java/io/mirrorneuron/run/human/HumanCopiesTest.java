package io.mirrorneuron.run.human;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.run.folder.RunSample;
import io.mirrorneuron.run.journal.RunJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HumanCopiesTest {
  private static final String CLAIM =
      "{'ts':'2026-01-01T00:00:0%1$dZ','type':'human_request_claimed','channel':'human',"
          + "'span_id':'spn_%1$d','payload':{'request_id':'q','by':'ada'}}";

  @TempDir Path root;
  private RunSample run;
  private RunJournal journal;

  @BeforeEach
  void make() {
    run = new RunSample(root);
    journal = new RunJournal(run.folder(), 100);
  }

  @Test
  void aCopyIsMissingAlsoWhenAllThatTheLogHasIsYounger() throws IOException {
    run.lines("human.jsonl", CLAIM.formatted(1), CLAIM.formatted(2));
    HumanCopies.write(run.folder(), List.of(RunSample.object(CLAIM.formatted(3))));
    HumanCopies.complete(run.folder(), journal);
    HumanCopies.complete(run.folder(), journal);

    for (String log : List.of("events.jsonl", "timeline.jsonl")) {
      assertThat(String.join("", lines(log)))
          .containsOnlyOnce("spn_1")
          .containsOnlyOnce("spn_2")
          .containsOnlyOnce("spn_3");
    }
  }

  @Test
  void whatTheJournalHasLostIsNotWrittenAgain() throws IOException {
    run.lines("human.jsonl", CLAIM.formatted(1));
    HumanCopies.complete(run.folder(), journal);
    journal.catchUp();
    run.lines("events.jsonl", CLAIM.formatted(5));
    run.lines("timeline.jsonl", CLAIM.formatted(5));
    journal.catchUp();
    Files.delete(run.folder().path().resolve(".mn/.stream-000000000001.log"));
    HumanCopies.complete(run.folder(), journal);

    assertThat(lines("events.jsonl")).filteredOn(line -> line.contains("spn_1")).hasSize(1);
    assertThat(lines("timeline.jsonl")).filteredOn(line -> line.contains("spn_1")).hasSize(1);
  }

  /** A folder in the place of a file makes the write fail there, as a crash ends it. */
  @ParameterizedTest
  @ValueSource(strings = {"events.jsonl", "timeline.jsonl"})
  void whatAnInterruptedWriterLeftOutTheNextWriterMakesUpFor(String interrupted)
      throws IOException {
    run.document("job.json", "{'status':'completed'}");
    Path obstacle = Files.createDirectory(run.folder().path().resolve(interrupted));
    assertThat(write(1)).as("why copies are missing").isNotNull();
    try (RunStore store = new RunStore(root, new RunWriter.Elsewhere())) {
      assertThat(store.journal(run.folder())).as("readers go on").isNotNull();
      HumanCopies.mend(run.folder()); // cannot, and says so in the log only
      Files.delete(obstacle);

      write(2);
      assertThat(due()).exists();
      HumanCopies.mend(run.folder());
      HumanCopies.mend(run.folder());
      assertThat(due()).doesNotExist();
    }

    for (String log : List.of("human.jsonl", "events.jsonl", "timeline.jsonl")) {
      assertThat(String.join("", lines(log))).containsOnlyOnce("spn_1").containsOnlyOnce("spn_2");
    }
  }

  @Test
  void whoReadsARunWritesNoRecordsOfIt() throws IOException {
    Path obstacle = Files.createDirectory(run.folder().path().resolve("events.jsonl"));
    assertThat(write(1)).as("why copies are missing").isNotNull();
    Files.delete(obstacle);
    try (RunStore store = new RunStore(root, new RunWriter.Elsewhere())) {
      store.journal(store.find("run-1")).catchUp();
    }

    assertThat(run.folder().path().resolve("events.jsonl")).doesNotExist();
    assertThat(run.folder().path().resolve("timeline.jsonl")).doesNotExist();
    assertThat(due()).exists();
  }

  @RepeatedTest(5)
  void oneOfManyWritersMendsTheRun() throws Exception {
    Path obstacle = Files.createDirectory(run.folder().path().resolve("events.jsonl"));
    assertThat(write(1)).as("why copies are missing").isNotNull();
    Files.delete(obstacle);
    try (RunStore one = new RunStore(root, new RunWriter.Elsewhere());
        RunStore other = new RunStore(root, new RunWriter.Elsewhere())) {
      List<Thread> writers = new ArrayList<>();
      for (RunStore store : List.of(one, other, one, other, one, other)) {
        writers.add(Thread.startVirtualThread(() -> HumanCopies.mend(store.find("run-1"))));
      }
      for (Thread writer : writers) {
        writer.join();
      }
    }

    assertThat(lines("events.jsonl")).hasSize(1);
    assertThat(lines("timeline.jsonl")).hasSize(1);
  }

  /** Says that copies may be missing. */
  private Path due() {
    return run.folder().path().resolve(".mn/human-copies.due");
  }

  private String write(int number) {
    return HumanCopies.write(run.folder(), List.of(RunSample.object(CLAIM.formatted(number))));
  }

  private List<String> lines(String log) throws IOException {
    return Files.readAllLines(run.folder().path().resolve(log));
  }
}

package io.mirrorneuron.runstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir private Path root;
  private RunSample run;

  @BeforeEach
  void make() throws Exception {
    run = new RunSample(root);
    run.lines("events.jsonl", event(9), event(11));
  }

  private static String event(int seq) {
    return "{'event_id':'evt_j-1_%1$d','job_id':'j-1','seq':%1$d,'type':'x'}".formatted(seq);
  }

  @Test
  void eventsThatALogLacksAreMissing() throws Exception {
    run.lines("events.001.jsonl", event(7));
    run.document("events.index.json", "{'segments':[{'path':'events.001.jsonl'}]}");

    assertThat(numbers()).containsExactly(7, 9, 11);
  }

  @Test
  void eventsInPartsThatWereDroppedAreNotMissing() throws Exception {
    run.lines("events.002.jsonl", event(7));
    run.document("events.index.json", "{'segments':[{'path':'events.002.jsonl'}]}");

    assertThat(numbers()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 9, 11);
  }

  private IntStream numbers() {
    Numbers there = run.folder().events(RunLog.EVENTS, "j-1");
    return IntStream.rangeClosed(0, 12).filter(there::has);
  }
}

package io.mirrorneuron.runstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
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

  private List<Long> known() {
    Numbers numbers = run.folder().events(RunLog.EVENTS, "j-1");
    return LongStream.range(0, 20).filter(numbers::has).boxed().toList();
  }

  @Test
  void eventsThatALogLacksAreMissing() throws Exception {
    run.lines("events.001.jsonl", event(7));
    run.document("events.index.json", "{'segments':[{'path':'events.001.jsonl'}]}");

    assertThat(known()).containsExactly(7L, 9L, 11L);
  }

  @Test
  void eventsInPartsThatWereDroppedAreNotMissing() throws Exception {
    run.lines("events.002.jsonl", event(7));
    run.document("events.index.json", "{'segments':[{'path':'events.002.jsonl'}]}");

    assertThat(known()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 9L, 11L);
  }
}

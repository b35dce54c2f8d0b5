package io.mirrorneuron.runtime.exec.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.process.Sampler.SampleBatches;
import io.mirrorneuron.runtime.exec.process.Sampler.SampleSink;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SampleBatchesTest {
  private static final int MANY = 1000;

  private final List<String> written = new ArrayList<>();
  private final SampleBatches batches =
      new SampleBatches(
          new SampleSink() {
            @Override
            public void write(String runId, List<ObjectNode> samples) {
              written.add(runId + samples.size());
            }

            @Override
            public List<Gpu> gpus() {
              return List.of();
            }
          });

  @Test
  void thoseOfOneRunAreWrittenWhenTheyHaveWaited() {
    add("a");
    add("a");
    batches.flushDue(TimeUnit.HOURS.toNanos(1));
    assertThat(written).isEmpty();
    batches.flushDue(0);
    assertThat(written).containsExactly("a2");
    assertThat(batches.isEmpty()).isTrue();
  }

  @Test
  void thoseOfManyRunsWaitAndAreWrittenTogether() {
    IntStream.range(0, MANY).forEach(i -> add("run-" + i));
    batches.flushDue(0);
    assertThat(written).isEmpty();
    IntStream.range(0, MANY).forEach(i -> add("run-" + i));
    Eventually.eventually(
        "they are written",
        () -> {
          batches.flushDue(0);
          return batches.isEmpty();
        });
    assertThat(written).hasSize(MANY).allMatch(run -> run.startsWith("run-") && run.endsWith("2"));
  }

  @Test
  void aRunThatEndsIsWrittenAtOnce() {
    IntStream.range(0, MANY).forEach(i -> add("run-" + i));
    batches.flush("run-7");
    assertThat(written).containsExactly("run-71");
  }

  private void add(String run) {
    batches.add(run, Json.object().put("run", run));
  }
}

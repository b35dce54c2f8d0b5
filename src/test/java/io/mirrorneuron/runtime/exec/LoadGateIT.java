package io.mirrorneuron.runtime.exec;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.Signal;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a busy machine the first programs of new jobs wait, and no others. */
@Timeout(60)
class LoadGateIT {
  private static final Hold LOAD = new Hold(Hold.Cause.LOAD, "others use it");

  @TempDir Path folder;
  private volatile Optional<String> busy = Optional.of(LOAD.sentence());

  @Test
  void aFirstProgramWaitsAndBeginsWhenTheLoadHasFallen() throws Exception {
    try (LocalExecutions runner = ExecutionSamples.runner(folder)) {
      runner.holdNewJobs(() -> busy);
      Execution first = ExecutionSamples.first("echo done");
      Heard heard = Heard.start(runner, first);
      eventually("it waits", () -> runner.hold(first.executionId()).isPresent());
      assertThat(runner.hold(first.executionId())).contains(LOAD);
      assertThat(runner.held()).isEqualTo(1);

      Heard later = Heard.start(runner, ExecutionSamples.shell("echo later"));
      assertThat(later.outcome().ending()).isEqualTo(Ending.SUCCEEDED);

      assertThat(heard.signals()).containsExactly(new Signal.Held(LOAD));
      busy = Optional.empty();
      assertThat(heard.outcome().ending()).isEqualTo(Ending.SUCCEEDED);
      assertThat(runner.held()).isZero();
    }
  }

  @Test
  void whatWaitsCanBeStopped() throws Exception {
    try (LocalExecutions runner = ExecutionSamples.runner(folder)) {
      runner.holdNewJobs(() -> busy);
      Execution first = ExecutionSamples.first("echo done");
      Heard heard = Heard.start(runner, first);
      eventually("it waits", () -> runner.held() == 1);
      runner.stop(first.executionId());
      assertThat(heard.outcome().ending()).isEqualTo(Ending.STOPPED);
    }
  }
}

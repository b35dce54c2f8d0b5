package io.mirrorneuron.runtime.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the engine relies on, whatever runs the programs. */
public abstract class ExecutionsContract {
  private final BlockingQueue<Signal> heard = new LinkedBlockingQueue<>();

  protected abstract Executions executions();

  /** A program that runs until {@link #end} or {@link Executions#stop}; another id each time. */
  protected abstract Execution endless();

  /** Lets the program end well. */
  protected abstract void end(Execution execution) throws Exception;

  /** Lets programs that were told to stop do so. */
  protected abstract void letStop();

  @Test
  void anExecutionEndsOnce() throws Exception {
    Execution execution = started();
    end(execution);
    assertThat(ending()).isEqualTo(Ending.SUCCEEDED);
    assertThatNothingIsKnownOf(execution);
  }

  @Test
  void aStoppedExecutionEndsOnceAsWell() throws Exception {
    Execution execution = started();
    executions().stop(execution.executionId());
    executions().stop(execution.executionId());
    letStop();
    assertThat(ending()).isEqualTo(Ending.STOPPED);
    assertThatNothingIsKnownOf(execution);
  }

  @Test
  void theSameExecutionIsNotStartedTwice() throws Exception {
    Execution execution = started();
    assertThatThrownBy(() -> executions().start(execution, heard::add))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(execution.executionId());
    end(execution);
    assertThat(ending()).isEqualTo(Ending.SUCCEEDED);
  }

  @Test
  void unknownIdsAreIgnored() throws Exception {
    executions().stop("nobody");
    assertThat(executions().place("nobody")).isEmpty();
    assertThat(executions().hold("nobody")).isEmpty();
    Execution execution = started();
    executions().stop("nobody");
    end(execution);
    assertThat(ending()).isEqualTo(Ending.SUCCEEDED);
  }

  private Execution started() {
    Execution execution = endless();
    executions().start(execution, heard::add);
    return execution;
  }

  private Ending ending() throws InterruptedException {
    List<Signal> before = new ArrayList<>();
    while (true) {
      Signal next = heard.poll(30, TimeUnit.SECONDS);
      assertThat(next).as("the end, after " + before).isNotNull();
      if (next instanceof Signal.Finished(Executions.Outcome outcome)) {
        return outcome.ending();
      }
      before.add(next);
    }
  }

  private void assertThatNothingIsKnownOf(Execution execution) {
    executions().stop(execution.executionId());
    letStop();
    assertThat(executions().place(execution.executionId())).isEmpty();
    assertThat(executions().hold(execution.executionId())).isEmpty();
    assertThat(heard).isEmpty();
  }
}

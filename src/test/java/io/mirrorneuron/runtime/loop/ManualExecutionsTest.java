package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.runtime.exec.ExecutionSamples;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Sandbox;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.runtime.port.ExecutionsContract;

class ManualExecutionsTest extends ExecutionsContract {
  private final ManualExecutions programs = new ManualExecutions();

  @Override
  protected Executions executions() {
    return programs;
  }

  @Override
  protected Execution endless() {
    return ExecutionSamples.command("runs");
  }

  @Override
  protected void end(Execution execution) {
    end(execution.agentId(), Ending.SUCCEEDED);
  }

  @Override
  protected void letStop() {
    programs.names().stream()
        .filter(programs::isStopped)
        .forEach(name -> end(name, Ending.STOPPED));
  }

  private void end(String name, Ending ending) {
    programs.end(name, new Outcome(ending, null, 0, Sandbox.NONE, "", "", Structured.NONE, null));
  }
}

package io.mirrorneuron.runtime.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.port.ExecutionsContract;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class LocalExecutionsContractIT extends ExecutionsContract {
  @TempDir Path folder;
  private LocalExecutions executions;

  @BeforeEach
  void open() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", gate().toString()).start().waitFor()).isZero();
    executions = ExecutionSamples.runner(folder);
  }

  @AfterEach
  void close() {
    executions.close();
  }

  @Override
  protected Executions executions() {
    return executions;
  }

  /** It ends once somebody opens the other end of the pipe. */
  @Override
  protected Execution endless() {
    return ExecutionSamples.shell(": < '" + gate() + "'");
  }

  @Override
  protected void end(Execution execution) throws Exception {
    Files.newOutputStream(gate()).close();
  }

  @Override
  protected void letStop() {}

  private Path gate() {
    return folder.resolve("gate");
  }
}

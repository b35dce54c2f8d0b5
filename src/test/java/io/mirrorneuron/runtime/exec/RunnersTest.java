package io.mirrorneuron.runtime.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.exec.HostMachinery.HostLocalRunner;
import io.mirrorneuron.runtime.exec.Runner.Runners;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunnersTest {
  private final Runner local = new HostLocalRunner(null); // runs nothing here

  private Runners with(DefaultRunner fallback) {
    return new Runners(List.of(local), local, fallback);
  }

  @ParameterizedTest
  @ValueSource(strings = {"MirrorNeuron.Runner.HostLocal", "HostLocal", "host_local"})
  void aRunnerIsKnownByEachOfItsNames(String module) throws Exception {
    assertThat(with(DefaultRunner.REJECT).choose(module)).isSameAs(local);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MirrorNeuron.Runner.OpenShell", "MirrorNeuron.Sandbox.OpenShell"})
  void theServersChoiceStandsInWhereItIsAllowedTo(String module) throws Exception {
    assertThat(with(DefaultRunner.HOST_LOCAL).choose(module)).isSameAs(local);
    assertThatThrownBy(() -> with(DefaultRunner.REJECT).choose(module))
        .isInstanceOf(NotStarted.class)
        .hasMessageStartingWith("runner_unavailable: ");
  }

  @Test
  void anotherRunnerIsNeverReplaced() {
    assertThatThrownBy(
            () -> with(DefaultRunner.HOST_LOCAL).choose("MirrorNeuron.Runner.DockerWorker"))
        .hasMessage(
            "runner_unavailable: runner MirrorNeuron.Runner.DockerWorker is not available here;"
                + " set runner_module to MirrorNeuron.Runner.HostLocal");
  }

  @Test
  void theNodeTellsTheirNames() {
    assertThat(with(DefaultRunner.REJECT).names()).containsExactly("host_local");
  }
}

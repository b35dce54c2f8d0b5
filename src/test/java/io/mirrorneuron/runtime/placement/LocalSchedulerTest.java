package io.mirrorneuron.runtime.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.port.Scheduler.Plan;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocalSchedulerTest {
  private final Workflow three =
      new Manifests(DefaultRunner.HOST_LOCAL)
          .parse(new Graph().router("a").router("b").router("c").toString());

  @Test
  void allAgentsOfAJobAreOnThisNode() {
    assertThat(new LocalScheduler("mirror_neuron@box").plan(three))
        .isEqualTo(new Plan("local", "binpack", "single_node", 3, List.of("mirror_neuron@box")));
  }

  @Test
  void theStrategyIsTheOneAskedFor() {
    Workflow spread =
        new Manifests(DefaultRunner.HOST_LOCAL)
            .parse(
                new Graph()
                    .router("a")
                    .toString()
                    .replaceFirst("\\{", "{\"policies\":{\"scheduler_strategy\":\"spread\"},"));
    assertThat(new LocalScheduler("n").plan(spread).strategy()).isEqualTo("spread");
  }
}

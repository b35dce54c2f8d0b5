package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

/** Jobs of which each node runs a copy; the stage is the only node. */
class SystemJobsTest {
  private static final String WORK = "work@" + Stage.OWNER;

  private static Stage start(String type) {
    return new Graph().with("policies", "{'job_type':'" + type + "'}").program("work").start();
  }

  @Test
  void agentsAreNamedAfterTheirNode() {
    Stage stage = start("sysbatch");

    assertThat(stage.running()).containsExactly(WORK);
    assertThat(stage.details().at("/agents/0/agent_id").asText()).isEqualTo(WORK);
    assertThat(stage.row().at("/scheduler/system_targets/0").asText()).isEqualTo(Stage.OWNER);
  }

  @Test
  void aSysbatchEndsWithTheResultOfEachTarget() {
    Stage stage = start("sysbatch").crash().succeed(WORK, "{'complete_run':{'n':1}}");

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.result().path("completed_targets").get(0).asText()).isEqualTo(Stage.OWNER);
    assertThat(stage.result().path("target_results").path(Stage.OWNER))
        .isEqualTo(Stage.json("{'agent_id':'%s','output':{'n':1}}".formatted(WORK)));
    assertThat(stage.events("sysbatch_target_completed")).hasSize(1);
  }

  @Test
  void aSystemJobBeginsAgain() {
    Stage stage = start("system").succeed(WORK, "{'complete_run':true}");

    assertThat(stage.status()).isEqualTo("running");
    assertThat(stage.event("system_target_completed").path("system_target").asText())
        .isEqualTo(Stage.OWNER);
    assertThat(stage.advance(1000).running()).containsExactly(WORK);
  }

  @Test
  void itsAgentsAreReachedByTheNameInTheManifestToo() {
    Stage stage = start("system");

    stage.ask(
        one -> one.commands().deliver(Stage.JOB, "work", (ObjectNode) Stage.json("{'body':{}}")));

    assertThat(stage.details().at("/agents/0/mailbox_depth").asInt()).isEqualTo(2);
  }
}

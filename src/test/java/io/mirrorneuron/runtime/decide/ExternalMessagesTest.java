package io.mirrorneuron.runtime.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.runtime.loop.Stage;
import org.junit.jupiter.api.Test;

/** Messages that people and programs send in: each counts once, and none when there is no room. */
class ExternalMessagesTest {
  private static final String SMALL =
      "{'backpressure':{'max_queue_depth':4,'high_watermark':3,'low_watermark':2,"
          + "'retry_after_ms':500}}";

  private static void send(Stage stage, String agent, String id, String body) {
    String message = "{'envelope':{'message_id':'%s'},'body':%s}".formatted(id, body);
    stage
        .ask(
            engine -> engine.commands().deliver(Stage.JOB, agent, (ObjectNode) Stage.json(message)))
        .toCompletableFuture()
        .join();
  }

  @Test
  void aMessageThatComesTwiceIsHandledOnce() {
    Stage stage = new Graph().program("work").start();
    send(stage, "work", "m1", "{'n':1}");
    stage.crash();
    send(stage, "work", "m1", "{'n':1}");

    stage.succeed("work").succeed("work");

    assertThat(stage.status()).isEqualTo("completed");
  }

  @Test
  void anotherMessageUnderTheSameIdIsRefused() {
    Stage stage = new Graph().program("work").start();
    send(stage, "work", "m1", "{'n':1}");

    assertThatThrownBy(() -> send(stage, "work", "m1", "{'n':2}"))
        .hasMessageContaining("message_id m1 was used before");
  }

  @Test
  void anAgentThatIsUnderPressureTakesNothingFromOutside() {
    Stage stage =
        new Graph().router("door").program("work", SMALL).edge("door", "work", "*").start();
    for (int i = 0; i < 2; i++) {
      send(stage, "work", "m" + i, "{}");
    }

    assertThatThrownBy(() -> send(stage, "door", "m3", "{}"))
        .hasRootCauseInstanceOf(MnException.class)
        .hasMessageContaining("agent work is pressured: 3 messages wait for it");
    assertThat(stage.event("external_input_rejected").at("/payload/pressured_agent_id").asText())
        .isEqualTo("work");

    stage.succeed("work").succeed("work");
    assertThatCode(() -> send(stage, "door", "m3", "{}")).doesNotThrowAnyException();
  }

  @Test
  void aMessageThatWaitedTooLongIsADeadLetter() {
    Stage stage = new Graph().program("work").start();
    String message = "{'envelope':{'message_id':'m1','ttl_ms':1000},'body':{'n':1}}";
    stage.ask(
        engine -> engine.commands().deliver(Stage.JOB, "work", (ObjectNode) Stage.json(message)));

    stage.advance(1001).succeed("work");

    assertThat(stage.event("dead_letter").path("reason").asText())
        .isEqualTo("it waited longer than its ttl_ms");
    assertThat(stage.status()).isEqualTo("completed");
  }
}

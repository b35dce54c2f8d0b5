package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.wire.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputQueueTest {
  private final InputQueue inbox = new InputQueue();

  private void beacon(String execution, int number) {
    Signal beacon = new Signal.Beacon(Json.object().put("n", number));
    inbox.add(new Input.Signalled(null, execution, beacon));
  }

  @Test
  void ofManyBeaconsThatWaitTheNewestAreKeptAndTheRestIsCounted() {
    inbox.add(new Input.Start());
    for (int i = 0; i < 1000; i++) {
      beacon("talks", i);
    }
    beacon("whispers", 0);

    List<Input> inputs = inbox.takeAll();
    assertThat(inputs).hasSize(22).contains(new Input.Start());
    List<ObjectNode> kept =
        inputs.stream()
            .filter(Input.Signalled.class::isInstance)
            .map(input -> ((Signal.Beacon) ((Input.Signalled) input).signal()).payload())
            .toList();
    assertThat(kept.get(0).path("n").asInt()).isEqualTo(980);
    assertThat(kept.get(0).path(Signal.Beacon.DROPPED).asInt()).isEqualTo(980);
    assertThat(kept.get(19).path("n").asInt()).isEqualTo(999);
    assertThat(kept.get(20).has(Signal.Beacon.DROPPED)).isFalse();
  }
}

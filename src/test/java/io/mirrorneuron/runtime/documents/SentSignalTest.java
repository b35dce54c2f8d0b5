package io.mirrorneuron.runtime.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.mirrorneuron.runtime.port.Executions.Completion;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Event;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.Lease;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Sandbox;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.wire.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What one node tells is what another one hears. */
class SentSignalTest {
  private static Signal sent(Signal signal) {
    return SentSignal.read(SentSignal.kind(signal), SentSignal.bytes(signal, 5000), "mn@b", 9000);
  }

  private static Outcome outcome(Structured structured) {
    Sandbox sandbox = new Sandbox("host_local", "ws-1", "/tmp/ws");
    return new Outcome(Ending.SUCCEEDED, null, 0, sandbox, "out é", "err", structured, null);
  }

  @Test
  void absentValuesStayAbsentAndNullsStayNull() {
    Structured nothing = Structured.NONE;
    Structured nulls =
        new Structured(
            List.of(Json.object().put("to", "a")),
            List.of(new Event("seen", Json.object().put("n", 1))),
            NullNode.getInstance(),
            new Completion(NullNode.getInstance()),
            new Completion(null),
            NullNode.getInstance());
    Structured values =
        new Structured(
            List.of(),
            List.of(),
            IntNode.valueOf(3),
            new Completion(IntNode.valueOf(4)),
            null,
            IntNode.valueOf(5));
    for (Structured one : List.of(nothing, nulls, values)) {
      Signal signal = new Signal.Finished(outcome(one));
      assertThat(sent(signal)).isEqualTo(signal);
    }
  }

  @Test
  void beaconsAndHoldsArriveAsTheyAre() {
    Signal beacon = new Signal.Beacon(Json.object().put("status", "working"));
    Signal held = new Signal.Held(new Hold(Hold.Cause.LIMITS, "too much"));

    assertThat(sent(beacon)).isEqualTo(beacon);
    assertThat(sent(held)).isEqualTo(held);
  }

  /** The clock of the other node is four seconds behind. */
  @Test
  void aLeaseCountsByTheClockOfWhoHearsOfIt() {
    Signal leased = new Signal.Leased(new Lease("l-1", "default", 2, 4000, 4700, null, null));

    assertThat(sent(leased))
        .isEqualTo(new Signal.Leased(new Lease("l-1", "default", 2, 8000, 8700, null, "mn@b")));
  }

  @Test
  void recordsAreLines() {
    var records = List.of(Json.object().put("a", 1), Json.object().put("b", "x\ny"));
    assertThat(SentSignal.records(SentSignal.lines(records))).isEqualTo(records);
  }
}

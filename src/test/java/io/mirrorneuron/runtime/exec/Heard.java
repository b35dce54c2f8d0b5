package io.mirrorneuron.runtime.exec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Signal;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What the listener of an execution was told. */
public record Heard(
    BlockingQueue<Signal> signals,
    BlockingQueue<ObjectNode> beacons,
    CompletableFuture<Outcome> end) {

  public static Heard start(Executions runner, Execution execution) {
    var heard =
        new Heard(
            new LinkedBlockingQueue<>(), new LinkedBlockingQueue<>(), new CompletableFuture<>());
    runner.start(execution, heard::signal);
    return heard;
  }

  private void signal(Signal signal) {
    assertThat(end).isNotDone();
    signals.add(signal);
    switch (signal) {
      case Signal.Held _, Signal.Leased _ -> {}
      case Signal.Beacon(ObjectNode payload) -> beacons.add(payload);
      case Signal.Finished(Outcome outcome) -> end.complete(outcome);
    }
  }

  public Outcome outcome() throws Exception {
    return end.get(60, TimeUnit.SECONDS);
  }

  public boolean isOver() {
    return end.isDone();
  }

  public ObjectNode beacon() throws InterruptedException {
    ObjectNode beacon = beacons.poll(30, TimeUnit.SECONDS);
    assertThat(beacon).as("beacon").isNotNull();
    return beacon;
  }
}

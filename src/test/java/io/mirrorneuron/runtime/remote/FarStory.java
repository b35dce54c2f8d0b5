package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.wire.Json;
import java.util.function.Consumer;

/** What one program elsewhere tells, and what its owners hear of it: each thing once, in order. */
final class FarStory {
  private static final String NUMBER = "n";

  private final String executionId;
  private boolean isHeard;
  private int reported;
  private int heard;
  private long epoch;

  FarStory(String executionId) {
    this.executionId = executionId;
  }

  /** It is begun again only when nobody has heard of its first beginning, which is lost. */
  void begin(Consumer<String> fault) {
    if (isHeard) {
      fault.accept(executionId + " is begun twice");
    }
    reported = 0;
  }

  /** The next thing that its program tells. */
  Signal next() {
    return new Signal.Beacon(Json.object().put(NUMBER, reported++));
  }

  /** An owner of this epoch was answered there. */
  void answered(long one) {
    epoch = Math.max(epoch, one);
  }

  boolean isFenced(long one) {
    return one < epoch;
  }

  /**
   * What one owner hears. Once a later one is answered, what it hears does not count any more.
   *
   * @param owned the epoch under which it owns the job
   * @param fault is told what must not happen
   */
  Listener checked(Listener listener, long owned, Consumer<String> fault) {
    return new Listener() {
      private int next = -1;
      private boolean isOver;

      @Override
      public void signal(Signal signal) {
        if (isOver) {
          fault.accept(executionId + " tells something after its end: " + signal);
        }
        isHeard |= !(signal instanceof Signal.Finished); // this may be that it was given up
        switch (signal) {
          case Signal.Beacon(var payload) -> hear(payload.path(NUMBER).asInt());
          case Signal.Finished(var outcome) -> {
            isOver = true;
            if (outcome.ending() != Ending.STOPPED && heard != reported && !isFenced(owned)) {
              fault.accept(executionId + " has told " + reported + " things; heard " + heard);
            }
          }
          default -> {}
        }
        listener.signal(signal);
      }

      private void hear(int number) {
        if (next >= 0 && number != next || number > heard && !isFenced(owned)) {
          fault.accept(
              "of %s number %d is heard instead of %d; %d before"
                  .formatted(executionId, number, next, heard));
        }
        next = number + 1;
        heard = isFenced(owned) ? heard : Math.max(heard, next);
      }
    };
  }
}

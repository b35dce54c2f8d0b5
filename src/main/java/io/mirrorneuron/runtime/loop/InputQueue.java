package io.mirrorneuron.runtime.loop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.port.Executions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Undecided inputs of a job, in order. Runs on the job's event loop only. */
final class InputQueue {
  /** Limit of waiting beacons per program, for example while the store is away for hours. */
  private static final int MOST_BEACONS = 20;

  private final Deque<Input> inputs = new ArrayDeque<>();

  void add(Input input) {
    inputs.addLast(input);
    if (beacon(input) != null) {
      dropOldestBeacon(((Input.Signalled) input).executionId());
    }
  }

  /** Drops the oldest waiting beacon over the limit; the next beacon reports the number dropped. */
  private void dropOldestBeacon(String executionId) {
    List<Input.Signalled> waiting =
        inputs.stream()
            .filter(input -> beacon(input) != null)
            .map(Input.Signalled.class::cast)
            .filter(input -> input.executionId().equals(executionId))
            .toList();
    if (waiting.size() > MOST_BEACONS) {
      Input oldest = waiting.getFirst();
      ObjectNode next = beacon(waiting.get(1));
      long dropped = beacon(oldest).path(Executions.Signal.Beacon.DROPPED).asLong() + 1;
      next.put(
          Executions.Signal.Beacon.DROPPED,
          next.path(Executions.Signal.Beacon.DROPPED).asLong() + dropped);
      inputs.removeFirstOccurrence(oldest);
    }
  }

  private static ObjectNode beacon(Input input) {
    return input instanceof Input.Signalled(_, _, Executions.Signal.Beacon(ObjectNode payload))
        ? payload
        : null;
  }

  boolean isEmpty() {
    return inputs.isEmpty();
  }

  List<Input> takeAll() {
    List<Input> all = List.copyOf(inputs);
    inputs.clear();
    return all;
  }

  /** Queues a continuation of the last turn, before all other inputs. */
  void addContinuation() {
    inputs.addFirst(new Input.Continue());
  }

  /** Puts the inputs of an uncommitted turn back to the front. Commands are dropped. */
  void putBack(List<Input> taken) {
    taken.reversed().forEach(inputs::addFirst);
    inputs.removeIf(Input.Command.class::isInstance);
  }

  /**
   * Replaces all inputs by one that fails the job, unless that was the input of the failed turn.
   *
   * @param taken the inputs of the failed turn
   * @return whether the job can still fail
   */
  boolean fail(String reason, List<Input> taken) {
    inputs.clear();
    if (taken.stream().anyMatch(Input.Broken.class::isInstance)) {
      return false;
    }
    inputs.addFirst(new Input.Broken(reason));
    return true;
  }

  /** Drops the signals of all other executions. */
  void keepSignals(Set<String> executions) {
    inputs.removeIf(
        input ->
            input instanceof Input.Signalled signalled
                && !executions.contains(signalled.executionId()));
  }

  /**
   * The state was loaded again: its executions that do not run here are to be started again, unless
   * the job is about to fail.
   *
   * @param running ids of the executions that run
   */
  void reloaded(Set<String> running) {
    if (inputs.peekFirst() instanceof Input.Broken) {
      return;
    }
    Set<String> known = new HashSet<>(running);
    for (Input input : inputs) {
      if (input instanceof Input.Signalled signalled) {
        known.add(signalled.executionId()); // its outcome waits to be decided on
      }
    }
    inputs.addFirst(new Input.Loaded(known, false, null, null));
  }
}

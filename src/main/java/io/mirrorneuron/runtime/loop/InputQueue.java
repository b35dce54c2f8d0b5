package io.mirrorneuron.runtime.loop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.port.Executions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Inputs that a job has not decided on yet, in order. Used on the job's lane only. */
final class InputQueue {
  /** As many beacons of one program wait at most, as when the store is away for hours. */
  private static final int MOST_BEACONS = 20;

  private final Deque<Input> inputs = new ArrayDeque<>();

  void add(Input input) {
    inputs.addLast(input);
    if (beacon(input) != null) {
      dropOldestBeacon(((Input.Signalled) input).executionId());
    }
  }

  /** The next one says how many were dropped before it. */
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

  /** All there is, for one turn. */
  List<Input> takeAll() {
    List<Input> all = List.copyOf(inputs);
    inputs.clear();
    return all;
  }

  /** The turn before has left something over, which comes first. */
  void goOn() {
    inputs.addFirst(new Input.Continue());
  }

  /** The turn was not committed: its inputs come first again, but for commands, which are lost. */
  void putBack(List<Input> taken) {
    taken.reversed().forEach(inputs::addFirst);
    inputs.removeIf(Input.Command.class::isInstance);
  }

  /** The job fails, whatever there is. */
  void fail(String reason) {
    inputs.clear();
    inputs.addFirst(new Input.Broken(reason));
  }

  /**
   * The state has been loaded again: what flies in it and is not known here is to be started anew,
   * unless the job fails now.
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
        known.add(signalled.executionId()); // it is to be decided on yet
      }
    }
    inputs.addFirst(new Input.Loaded(known, false));
  }
}

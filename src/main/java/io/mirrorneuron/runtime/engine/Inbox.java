package io.mirrorneuron.runtime.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a job has yet to decide on, in order. Confined to the job's lane. */
final class Inbox {
  private final Deque<Input> inputs = new ArrayDeque<>();

  void add(Input input) {
    inputs.addLast(input);
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

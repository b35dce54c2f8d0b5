package io.mirrorneuron.runtime.machine;

import io.mirrorneuron.store.RecordStore.Beside;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Decides on the records of one kind. Pure: the same state, input and time give the same next
 * state, so any server may decide, repeatedly.
 *
 * @param <S> an immutable state; an equal state is not written again
 * @param <I> input
 * @param <E> effect; two equal effects are the same effect
 */
public interface StateMachine<S, I, E> {

  /** The kind of the records; part of their keys in the store. */
  String kind();

  /**
   * The next state.
   *
   * @param state empty when there is no record
   * @param now milliseconds since the epoch
   * @return empty when there is to be no record
   * @throws io.mirrorneuron.model.MnException when the input is refused; nothing changes
   */
  Optional<S> decide(Optional<S> state, I input, long now);

  /**
   * The pending effects of a state. They are performed after the state is stored, and again after a
   * crash until an input has led to a state without them. So each effect carries an id that makes
   * it idempotent.
   */
  List<E> pending(S state);

  /**
   * Whether {@link MachineLoop#settle} waits for the effect. False for notifications, which may
   * lead to further inputs of the same record.
   */
  default boolean isAwaited(E effect) {
    return true;
  }

  /** When the record wants {@link #wake}, in milliseconds since the epoch; empty for never. */
  OptionalLong wakeAt(S state);

  /** The input for a record whose wake-up time has come. */
  I wake();

  String write(S state);

  /** Written beside the state: its group, its document, its latest event. */
  default Beside beside(S state) {
    return Beside.NOTHING;
  }

  S read(String json);
}

package io.mirrorneuron.runtime.machine;

import io.mirrorneuron.store.RecordStore.Beside;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What decides on the records of one kind. Pure: the same state, input and time give the same next
 * state, so any server may decide, and may decide again.
 *
 * @param <S> an immutable state; what is equal is not written again
 * @param <I> what may happen to a record
 * @param <E> what a record may want done; equal when it is the same deed
 */
public interface StateMachine<S, I, E> {

  /** Where the records are kept; part of their keys. */
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
   * What the state owes the world: done after the state is stored, and done again after a crash
   * until an input has led to a state that no longer owes it. So a deed carries an id by which
   * whoever does it knows it again.
   */
  List<E> pending(S state);

  /**
   * Whether those who give an input may wait for that deed. False for what is only news, which may
   * lead to further inputs of the same record.
   */
  default boolean isAwaited(E effect) {
    return true;
  }

  /**
   * When the record wants to hear {@link #wake}, in milliseconds since the epoch; never if empty.
   */
  OptionalLong wakeAt(S state);

  /** The input that tells a record that its time has come. */
  I wake();

  String write(S state);

  /** What is written beside the state: its group, its document, what has just happened to it. */
  default Beside beside(S state) {
    return Beside.NOTHING;
  }

  S read(String json);
}

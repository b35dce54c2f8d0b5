package io.mirrorneuron.port.schedule;

import java.util.List;

/** Events that start jobs. Blocking and thread-safe. */
public interface TriggerEvents {
  /** So many are listed where nobody says how many. */
  int USUAL_PAGE = 100;

  /** So many are kept, and listed at most. */
  int MOST = 1000;

  /** Secrets in their payloads are hidden. */
  record Kept(List<TriggerEvent> data) {
    public Kept {
      data = List.copyOf(data);
    }
  }

  /**
   * Stores an event and lets the schedules that wait for it make their jobs. One with the id of an
   * earlier event is not stored again; schedules that had no job for it yet make theirs.
   *
   * @throws io.mirrorneuron.model.MnException INVALID when it has no type, or is too large
   */
  EmittedEvent emit(NewEvent event);

  /**
   * @param limit 0 or less is {@link #USUAL_PAGE}, more than {@link #MOST} is that
   * @return newest first
   */
  Kept list(int limit);
}

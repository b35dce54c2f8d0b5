package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.placement.PlacementPlan.Unplaced;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Requests of a job's agents that no available node can meet.
 *
 * @param refusals for agents that fit no node; empty when each fits one
 * @param missing unavailable nodes by name that may meet them; without refusals, for a job with a
 *     copy on each node for which no node takes work
 */
record Shortage(List<Unplaced> refusals, Map<String, Absence> missing) {
  private static final String NO_TAKER =
      "a job of which each server runs a copy needs one that takes work to begin with, and there is"
          + " none now";

  /** Retry hint: a node is considered dead, or reached again, after some seconds. */
  private static final long AGAIN_MS = 2_000;

  /** Why a node is unavailable. */
  enum Absence {
    UNREACHED("which this node does not reach now"),
    DEAD("which is not there now"),
    /** It meets the requests, and is unavailable only for jobs with a copy on each node. */
    RESTING("which takes no work now");

    private final String words;

    Absence(String words) {
      this.words = words;
    }
  }

  boolean isUncertain() {
    return !missing.isEmpty();
  }

  /** A sentence about the nodes that may meet the requests; empty for none. */
  String where() {
    List<String> places = new ArrayList<>();
    for (Absence absence : Absence.values()) {
      List<String> names =
          missing.keySet().stream().filter(name -> missing.get(name) == absence).sorted().toList();
      if (!names.isEmpty()) {
        places.add(String.join(", ", names) + ", " + absence.words);
      }
    }
    return places.isEmpty() ? "" : "It may be at " + String.join(", or at ", places);
  }

  /**
   * @throws MnException UNAVAILABLE when each node is to run a copy and none takes work
   */
  void requireTaker() {
    requireAllAsked(NO_TAKER);
  }

  /**
   * @param lack the unmet request, a sentence
   * @throws MnException UNAVAILABLE when a node that is unavailable now may meet it
   */
  void requireAllAsked(String lack) {
    if (isUncertain()) {
      throw MnException.unavailable(lack + ". " + where(), null).withRetryAfter(AGAIN_MS);
    }
  }
}

package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.placement.PlacementPlan.Unplaced;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the agents of a job ask for and no node has that counts.
 *
 * @param refusals of each agent that fits none; empty where each fits one
 * @param missing by name, nodes that may have it and do not count now; without refusals, of a job
 *     of which each node runs a copy and that no node takes work for
 */
record Shortage(List<Unplaced> refusals, Map<String, Absence> missing) {
  private static final String NO_TAKER =
      "a job of which each server runs a copy needs one that takes work to begin with, and there is"
          + " none now";

  /** A node is taken for dead, or reached again, some seconds later. */
  private static final long AGAIN_MS = 2_000;

  /** Why a node does not count. */
  enum Absence {
    UNREACHED("which this node does not reach now"),
    DEAD("which is not there now"),
    /** It has it, and counts for jobs of which not each node runs a copy. */
    RESTING("which takes no work now");

    private final String words;

    Absence(String words) {
      this.words = words;
    }
  }

  /** Whether there are nodes that may have it. */
  boolean isUncertain() {
    return !missing.isEmpty();
  }

  /** Where it may be, a sentence; empty where it is nowhere. */
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
   * @throws MnException UNAVAILABLE where each node is to run a copy and none takes work
   */
  void requireTaker() {
    requireAllAsked(NO_TAKER);
  }

  /**
   * What no node has that counts, one may have that does not count now.
   *
   * @param lack what is not there, a sentence
   * @throws MnException UNAVAILABLE where there is such a node
   */
  void requireAllAsked(String lack) {
    if (isUncertain()) {
      throw MnException.unavailable(lack + ". " + where(), null).withRetryAfter(AGAIN_MS);
    }
  }
}

package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What is stored in the header of a job beside its origin, its subjects and what programs fill. */
record StoredHeader(
    String status,
    long startedAt,
    long endedAt,
    ObjectNode result,
    ObjectNode failure,
    ObjectNode recovery,
    List<String> forks,
    int round,
    long nextRoundAt,
    long pausedAt,
    List<String> unrouted) {
  StoredHeader {
    forks = forks == null ? List.of() : forks;
    unrouted = unrouted == null ? List.of() : unrouted;
  }
}

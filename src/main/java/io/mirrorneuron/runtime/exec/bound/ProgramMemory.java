package io.mirrorneuron.runtime.exec.bound;

import io.mirrorneuron.runtime.exec.meter.ProcessMeter.Reading;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.exec.spawn.SharedMemory;
import io.mirrorneuron.runtime.exec.spawn.SharedMemory.Segment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The memory of one program and its children: what they have mapped, files in memory that they hold
 * open, and the System V segments that they have made, which go with the program.
 */
final class ProgramMemory {
  /** Open files of one program that are looked at. */
  private static final int MOST_FILES = 10_000;

  private final ProcessTable processes;
  private final SharedMemory shared;
  private final Set<Integer> before;
  private final Set<Integer> made = new HashSet<>();

  /** Before the program is started: what there is now is not its own. */
  ProgramMemory(ProcessTable processes, SharedMemory shared) {
    this.processes = processes;
    this.shared = shared;
    this.before = shared.segments().stream().map(Segment::id).collect(Collectors.toSet());
  }

  /**
   * How much there is. Counts exactly only when it may be more than is allowed.
   *
   * @return at most {@code allowed} when it is not more
   */
  long bytes(Reading reading, long allowed) {
    Map<String, Long> held = new HashMap<>();
    for (Segment segment : ownSegments(Set.copyOf(reading.pids()))) {
      held.put(segment.name(), segment.bytes());
    }
    if (reading.residentBytes() + shared.bytesOfMachine() <= allowed) {
      return 0; // cheap to know, and mostly enough
    }
    int left = MOST_FILES;
    for (int pid : reading.pids()) {
      left -= shared.addFiles(pid, left, held);
    }
    long heldBytes = held.values().stream().mapToLong(Long::longValue).sum();
    if (reading.residentBytes() + heldBytes <= allowed) {
      return 0;
    }
    return heldBytes + mapped(reading.pids(), held.keySet());
  }

  /** Pages that processes share count once, and what is held not again. That costs more to know. */
  private long mapped(List<Integer> pids, Set<String> held) {
    return pids.stream()
        .mapToLong(
            pid ->
                held.isEmpty()
                    ? processes.proportionalBytes(pid)
                    : shared.proportionalBytes(pid, held))
        .sum();
  }

  /** Those whose makers are among the processes, or were when somebody looked. */
  private synchronized List<Segment> ownSegments(Set<Integer> pids) {
    List<Segment> own =
        shared.segments().stream()
            .filter(segment -> !before.contains(segment.id()))
            .filter(segment -> made.contains(segment.id()) || pids.contains(segment.creator()))
            .toList();
    own.forEach(segment -> made.add(segment.id()));
    return own;
  }

  /**
   * Removes the segments that it leaves behind.
   *
   * @param pid of the program itself
   */
  void end(int pid) {
    ownSegments(Set.of(pid)).forEach(shared::remove);
  }
}

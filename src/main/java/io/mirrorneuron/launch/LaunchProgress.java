package io.mirrorneuron.launch;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is told of a launch.
 *
 * @param runId null until its source is known
 * @param jobId null until it is submitted
 * @param status {@code pending}, {@code running}, {@code completed} or {@code failed}
 * @param currentPhase the one of the newest event; null before the first
 * @param phases those that it has come to, each as its newest event says
 * @param error why it failed; null unless it did
 * @param events oldest first
 * @param latest the last of them; null before the first
 * @param completed whether it is over, well or not
 */
public record LaunchProgress(
    String schemaVersion,
    String progressId,
    String runId,
    String jobId,
    String status,
    String currentPhase,
    List<PhaseState> phases,
    @JsonInclude(JsonInclude.Include.NON_NULL) String error,
    List<LaunchEvent> events,
    LaunchEvent latest,
    boolean completed) {

  /** How far a phase has come. */
  public record PhaseState(
      String id, String label, String status, String message, String updatedAt) {}

  /** That of a launch that nobody knows: nothing has happened. */
  static LaunchProgress none(String progressId) {
    return of(progressId, null, null, List.of());
  }

  static LaunchProgress of(LaunchRecord launch) {
    return of(launch.id(), launch.runId(), launch.jobId(), launch.events());
  }

  private static LaunchProgress of(
      String id, String runId, String jobId, List<LaunchEvent> events) {
    LaunchEvent latest = events.isEmpty() ? null : events.getLast();
    LaunchEvent end =
        events.stream()
            .filter(event -> event.phase().equals(Phase.LAUNCH.word()))
            .findFirst()
            .orElse(null);
    String status = end != null ? end.status() : latest == null ? "pending" : LaunchEvent.RUNNING;
    return new LaunchProgress(
        "mn.launch_progress.v1",
        id,
        runId,
        jobId,
        status,
        latest == null ? null : latest.phase(),
        phases(events),
        status.equals(LaunchEvent.FAILED) ? end.message() : null,
        events,
        latest,
        end != null);
  }

  private static List<PhaseState> phases(List<LaunchEvent> events) {
    Map<String, PhaseState> phases = new LinkedHashMap<>();
    for (LaunchEvent event : events) {
      phases.put(
          event.phase(),
          new PhaseState(
              event.phase(),
              Phase.of(event.phase()).label(),
              event.status(),
              event.message(),
              event.ts()));
    }
    return new ArrayList<>(phases.values());
  }
}

package io.mirrorneuron.launch;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * A page of what happened in a launch.
 *
 * @param data oldest first
 * @param next the cursor behind them
 * @param ended whether nothing will follow
 */
public record LaunchNews(List<Change> data, long next, boolean ended) {

  /**
   * One event, with what it means for the launch.
   *
   * @param type {@code blueprint.launch_progress.} with its phase and status
   * @param status of the launch
   * @param completed whether it is over, well or not
   * @param error why it failed; null unless it did
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Change(
      long seq,
      String ts,
      String type,
      LaunchEvent latest,
      String status,
      String currentPhase,
      boolean completed,
      String runId,
      String jobId,
      String error) {}

  static LaunchNews of(LaunchProgress launch, long after) {
    List<Change> changes =
        launch.events().stream()
            .filter(event -> event.seq() > after)
            .map(event -> change(launch, event))
            .toList();
    long next = changes.isEmpty() ? after : changes.getLast().seq();
    return new LaunchNews(changes, next, launch.completed());
  }

  private static Change change(LaunchProgress launch, LaunchEvent event) {
    boolean isEnd = event.phase().equals(Phase.LAUNCH.word());
    return new Change(
        event.seq(),
        event.ts(),
        "blueprint.launch_progress." + event.phase() + "." + event.status(),
        event,
        isEnd ? event.status() : LaunchEvent.RUNNING,
        event.phase(),
        isEnd,
        launch.runId(),
        launch.jobId(),
        isEnd ? launch.error() : null);
  }
}

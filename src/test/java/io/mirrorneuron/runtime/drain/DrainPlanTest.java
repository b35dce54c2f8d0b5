package io.mirrorneuron.runtime.drain;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.DrainState.DrainAction;
import io.mirrorneuron.runtime.manifest.graph.ServiceDoubling;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DrainPlanTest {
  @ParameterizedTest
  @CsvSource({
    // type, status, reviewed, programs, target, over, ignores system jobs, what comes of it
    "batch, running, false, 1, true, false, true, waiting",
    "batch, running, false, 1, true, true, true, paused_for_review",
    "batch, running, false, 0, true, false, true, migrated",
    "batch, running, false, 0, true, true, true, migrated",
    "batch, running, false, 0, false, false, true, waiting",
    "batch, running, false, 0, false, true, true, blocked",
    "batch, running, false, 1, false, true, true, paused_for_review",
    "service, running, false, 1, true, false, true, migrated",
    "service, running, false, 1, false, false, true, blocked",
    "service, running, false, 1, false, true, true, blocked",
    "system, running, false, 1, true, false, true, ignored",
    "system, running, false, 1, true, false, false, migrated",
    "system, running, false, 1, false, false, false, blocked",
    "sysbatch, running, false, 1, true, false, true, ignored",
    "sysbatch, running, false, 1, true, false, false, waiting",
    "batch, paused, false, 0, true, false, true, migrated",
    "batch, paused, false, 0, false, false, true, skipped",
    "batch, paused, true, 0, true, true, true, migrated",
    "batch, paused, true, 0, false, true, true, paused_for_review",
    "batch, scheduled, false, 0, true, false, true, migrated",
  })
  void eachJobHasItsFate(
      String type,
      String status,
      boolean reviewed,
      int programs,
      boolean target,
      boolean over,
      boolean ignores,
      String fate) {
    List<String> running = Stream.of("job.1").limit(programs).toList();
    JobOnNode job = new JobOnNode("job", type, status, reviewed, running, ServiceDoubling.NOTHING);

    assertThat(new DrainPlan(target, over, ignores).of(job).status()).isEqualTo(fate);
  }

  @ParameterizedTest
  @CsvSource({
    // type, agent, target, over, ignores system jobs, what comes of its programs here
    "batch, work, true, false, true, waiting",
    "batch, work, false, false, true, waiting",
    "batch, work, true, true, true, migrated",
    "batch, work, false, true, true, blocked",
    "service, work, true, false, true, migrated",
    "service, work, false, false, true, blocked",
    "system, work, true, false, true, ignored",
    "system, work, true, false, false, migrated",
    "system, work@mn@here, true, false, true, ignored",
    "system, work@mn@here, true, false, false, ended",
    "system, work@mn@here, false, false, false, ended",
    "sysbatch, work@mn@here, true, false, false, waiting",
    "sysbatch, work@mn@here, true, true, false, ended",
  })
  void programsForJobsOfOthersHaveTheirFate(
      String type, String agent, boolean target, boolean over, boolean ignores, String fate) {
    JobOnNode job =
        new JobOnNode("job", type, "running", false, List.of(agent), ServiceDoubling.NOTHING);

    assertThat(new DrainPlan(target, over, ignores).ofRemoteTask(job).status()).isEqualTo(fate);
  }

  @Test
  void whatCannotBeReadIsSkipped() {
    JobOnNode job = new JobOnNode("job", null, null, false, List.of(), ServiceDoubling.NOTHING);

    assertThat(new DrainPlan(true, true, true).of(job).status()).isEqualTo("skipped");
  }

  @ParameterizedTest
  @CsvSource({
    "'', complete",
    "'migrated,skipped,ignored', complete",
    "'migrated,ended', complete",
    "'migrated,waiting', draining",
    "'waiting,paused_for_review', paused_for_review",
    "'waiting,paused_for_review,blocked', blocked_no_placement",
    "'failed,waiting', blocked_no_placement",
  })
  void theWorstDecides(String statuses, String overall) {
    assertThat(DrainPlan.overall(actions(statuses), false)).isEqualTo(overall);
  }

  @Test
  void aDrainGoesOnWhileWhatWaitsForAPersonCanStillLeave() {
    List<DrainAction> paused = actions("migrated,paused_for_review");

    assertThat(new DrainPlan(true, true, true).status(paused, false)).isEqualTo("draining");
    assertThat(new DrainPlan(false, true, true).status(paused, false))
        .isEqualTo("paused_for_review");
    assertThat(new DrainPlan(true, true, true).status(actions("failed"), false))
        .isEqualTo("blocked_no_placement");
  }

  private static List<DrainAction> actions(String statuses) {
    return Stream.of(statuses.split(","))
        .filter(status -> !status.isEmpty())
        .map(status -> new DrainAction("job", "batch", status, "", List.of()))
        .toList();
  }

  @Test
  void whatHasMovedBeforeCounts() {
    assertThat(DrainPlan.counters(actions("migrated,waiting"), counted(Map.of("migrated", 3))))
        .isEqualTo(Map.of("checked", 5, "migrated", 4, "waiting", 1));
    assertThat(
            DrainPlan.counters(actions("ended,waiting"), counted(Map.of("ended", 2, "waiting", 1))))
        .isEqualTo(Map.of("checked", 4, "ended", 3, "waiting", 1));
    assertThat(DrainPlan.counters(actions("waiting"), DrainState.NONE))
        .isEqualTo(Map.of("checked", 1, "waiting", 1));
  }

  @Test
  void whatWaitsForAPersonIsCountedAsSuchHereAndElsewhere() {
    DrainState one = counted(Map.of("paused_for_review", 2)).reviewed(1);
    List<DrainAction> next = actions("reviewed_elsewhere,paused_for_review,migrated");

    assertThat(DrainPlan.counters(next, one))
        .isEqualTo(Map.of("checked", 4, "migrated", 1, "paused_for_review", 3));
    assertThat(DrainPlan.takenOver(Map.of("checked", 3, "paused_for_review", 1, "waiting", 2)))
        .isEqualTo(Map.of("checked", 3, "paused_for_review", 1, "migrated", 2));
  }

  private static DrainState counted(Map<String, Integer> counters) {
    return DrainState.NONE.after(DrainState.DRAINING, null, counters);
  }
}

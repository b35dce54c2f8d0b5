package io.mirrorneuron.runtime.deployment;

import static io.mirrorneuron.runtime.deployment.DeploymentWorld.deploy;
import static io.mirrorneuron.runtime.deployment.DeploymentWorld.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.deployment.Deployment.Phase;
import io.mirrorneuron.runtime.deployment.Deployment.Status;
import io.mirrorneuron.runtime.deployment.DeploymentPlan.Mode;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.HealthSource;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.UpdateStrategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What deployments decide, by a clock that the test turns. */
class DeploymentMachineTest {
  private final DeploymentMachine machine = new DeploymentMachine();
  private long now = 1_000_000;
  private final DeploymentWorld world = new DeploymentWorld(() -> now);
  private Optional<DeployedKey> state = Optional.empty();

  private void give(DeploymentInput input) {
    state = stored(machine.decide(state, input, now));
    for (int i = 0; i < 20 && !machine.pending(state.get()).isEmpty(); i++) {
      DeploymentInput outcome = world.performed(machine.pending(state.get()).getFirst());
      state = stored(machine.decide(state, outcome, now));
    }
  }

  /** As the store would have it. */
  private Optional<DeployedKey> stored(Optional<DeployedKey> next) {
    DeployedKey read = machine.read(machine.write(next.orElseThrow()));
    assertThat(read).isEqualTo(next.get().stored());
    return Optional.of(read);
  }

  @Test
  void whatEndsIsRememberedOnceThoughItIsToldLater() {
    Optional<DeployedKey> line = Optional.empty();
    List<String> past = new ArrayList<>();
    List<DeploymentInput> inputs = new ArrayList<>();
    inputs.add(deploy(plan(Mode.NOOP, UpdatePolicy.DEFAULT, null, 1, "job-1", null)));
    for (int n = 1; n <= 3; n++) {
      inputs.add(new DeploymentInput.EventDelivered("event_dep_web_1-" + n));
    }
    for (DeploymentInput input : inputs) {
      line = machine.decide(line, input, now);
      past.addAll(machine.beside(line.orElseThrow()).history());
      line = stored(line);
    }
    assertThat(past).hasSize(1);
    assertThat(line.orElseThrow().news().unreported()).isEmpty();
    assertThat(machine.pending(line.get())).isEmpty();
    assertThat(line.get().newest().updatedAt()).isEqualTo(now);
  }

  private void advance(long millis) {
    long until = now + millis;
    OptionalLong at;
    while ((at = machine.wakeAt(state.orElseThrow())).isPresent() && at.getAsLong() <= until) {
      now = Math.max(now, at.getAsLong());
      give(new DeploymentInput.Wake());
    }
    now = until;
  }

  private Deployment newest() {
    return state.orElseThrow().newest();
  }

  private void isAt(Status status) {
    assertThat(newest().status()).as(String.valueOf(newest().failure())).isEqualTo(status);
  }

  private List<String> types() {
    return newest().events().stream().map(Deployment.Happened::type).toList();
  }

  /** Version 1 runs. */
  private void deployed() {
    give(DeploymentWorld.first());
    advance(2_000);
    isAt(Status.SUCCESSFUL);
    world.history.clear();
  }

  private static UpdatePolicy policy(
      UpdateStrategy strategy, int canary, boolean promotes, boolean reverts) {
    return new UpdatePolicy(
        strategy, 2, canary, 10_000, 30_000, 60_000, HealthSource.AGENT_STATES, promotes, reverts);
  }

  private static UpdatePolicy rolling(boolean reverts) {
    return policy(UpdateStrategy.ROLLING, 0, false, reverts);
  }

  private static UpdatePolicy canary(boolean promotes, boolean reverts) {
    return policy(UpdateStrategy.CANARY, 1, promotes, reverts);
  }

  private void update(UpdatePolicy policy) {
    give(deploy(plan(Mode.AGENT_LEVEL, policy, "1", 2, "job-1", null)));
  }

  private void replace(UpdatePolicy policy) {
    give(deploy(plan(Mode.BLUE_GREEN, policy, "1", 2, "job-1", "job-2")));
  }

  @Test
  void theFirstIsStableOnceItRuns() {
    deployed();
    DeployedKey line = state.orElseThrow();
    assertThat(line.deploymentId()).isEqualTo("dep_web_1");
    assertThat(line.current()).isEqualTo("1");
    assertThat(line.currentJob()).isEqualTo("job-1");
    assertThat(line.version("1").orElseThrow().stable()).isTrue();
    assertThat(types())
        .containsExactly("deployment_created", "deployment_started", "deployment_successful");
    assertThat(machine.wakeAt(line)).isEmpty();
    assertThat(machine.beside(line).history()).as("it was written as it ended").isEmpty();
    assertThat(machine.beside(line).groups()).containsExactly("successful");
  }

  @Test
  void agentsChangeBatchByBatchEachAfterTheOneBeforeWasHealthyForLongEnough() {
    deployed();
    update(rolling(false));
    advance(10_000);
    assertThat(world.history).containsExactly("a b to 2 as primary");
    advance(5_000);
    assertThat(world.history).containsExactly("a b to 2 as primary", "c d to 2 as primary");
    isAt(Status.RUNNING);
    advance(15_000);
    isAt(Status.SUCCESSFUL);
    assertThat(state.orElseThrow().current()).isEqualTo("2");
    assertThat(state.orElseThrow().version("2").orElseThrow().jobId()).isEqualTo("job-1");
    assertThat(state.orElseThrow().version("2").orElseThrow().stable()).isTrue();
  }

  @Test
  void aBreakBeginsTheTimeAnew() {
    deployed();
    update(rolling(false));
    for (int i = 0; i < 5; i++) {
      advance(9_000);
      world.breaks.merge("2", 1L, Long::sum); // between two looks, and healthy at each
    }
    isAt(Status.FAILED);
    assertThat(newest().failure())
        .isEqualTo(
            "it was not healthy within healthy_deadline_ms 30000; agents a, b stay as they are of"
                + " version 2");
    assertThat(world.history).containsExactly("a b to 2 as primary");
  }

  @Test
  void whatIsUnhealthyInBetweenBeginsTheTimeAnew() {
    deployed();
    update(rolling(false));
    advance(8_000);
    world.sick.add("2");
    advance(2_000);
    world.sick.clear();
    advance(9_000);
    assertThat(world.history).hasSize(1);
    advance(3_000);
    assertThat(world.history).hasSize(2);
  }

  @Test
  void whatDoesNotBecomeHealthyIsChangedBack() {
    deployed();
    world.sick.add("2");
    update(rolling(true));
    advance(29_000);
    isAt(Status.RUNNING);
    advance(1_000);
    assertThat(world.history).containsExactly("a b to 2 as primary", "a b to 1 as primary");
    isAt(Status.RUNNING);
    advance(2_000);
    isAt(Status.FAILED);
    assertThat(newest().failure())
        .isEqualTo("it was not healthy within healthy_deadline_ms 30000: agent a fails");
    assertThat(world.jobs.get("job-1").versions.values()).containsOnly("1");
    assertThat(state.orElseThrow().current()).isEqualTo("1");
    world.sick.clear();
    update2to3();
    advance(40_000);
    isAt(Status.SUCCESSFUL);
  }

  private void update2to3() {
    give(deploy(plan(Mode.AGENT_LEVEL, rolling(true), "1", 3, "job-1", null)));
  }

  @Test
  void progressHasADeadlineOfItsOwn() {
    deployed();
    var slow =
        new UpdatePolicy(
            UpdateStrategy.ROLLING, 2, 0, 10_000, 90_000, 20_000, HealthSource.CHECKS, false, true);
    world.sick.add("2");
    update(slow);
    advance(21_000);
    assertThat(newest().failure())
        .isEqualTo("it made no progress within progress_deadline_ms 20000: agent a fails");
  }

  @Test
  void aCanaryWaitsForItsPromotion() {
    deployed();
    update(canary(false, false));
    advance(12_000);
    isAt(Status.AWAITING_PROMOTION);
    assertThat(world.history).containsExactly("a to 2 as canary");
    assertThat(types()).contains("deployment_canary_ready");
    advance(1_000_000);
    isAt(Status.AWAITING_PROMOTION);
    give(new DeploymentInput.Promote(2));
    advance(30_000);
    isAt(Status.SUCCESSFUL);
    assertThat(world.history)
        .containsExactly("a to 2 as canary", "b c to 2 as primary", "d to 2 as primary");
  }

  @Test
  void aCanaryMayBePromotedByItself() {
    deployed();
    update(canary(true, false));
    advance(40_000);
    isAt(Status.SUCCESSFUL);
    assertThat(world.history).hasSize(3);
    assertThat(types()).doesNotContain("deployment_canary_ready");
  }

  @Test
  void aCanaryThatTurnsUnhealthyIsChangedBackWithinOneCheck() {
    deployed();
    update(canary(false, true));
    advance(12_000);
    isAt(Status.AWAITING_PROMOTION);
    world.sick.add("2");
    advance(DeploymentChecks.CALM_CHECK_MS);
    assertThat(world.history).containsExactly("a to 2 as canary", "a to 1 as primary");
    advance(2 * DeploymentChecks.CHECK_MS);
    isAt(Status.FAILED);
    assertThat(newest().failure()).isEqualTo("the canary is not healthy any more: agent a fails");
  }

  @Test
  void onlyWhatAwaitsItIsPromoted() {
    deployed();
    refused(
        new DeploymentInput.Promote(1), "deployment is successful, expected awaiting_promotion");
    update(canary(false, true));
    refused(new DeploymentInput.Promote(2), "deployment is running, expected awaiting_promotion");
    refused(
        new DeploymentInput.Promote(1),
        "deployment dep_web_1 is over: dep_web_2 is the newest of its key");
    give(new DeploymentInput.Pause(2));
    refused(new DeploymentInput.Promote(2), "deployment is paused, expected awaiting_promotion");
  }

  /** A look that has begun before the command, and answers after it. */
  private Deployment lookMeets(DeploymentInput command) {
    now = machine.wakeAt(state.orElseThrow()).orElseThrow();
    state = stored(machine.decide(state, new DeploymentInput.Wake(), now));
    DeploymentInput seen = world.performed(machine.pending(state.get()).getFirst());
    assertThat(seen).isInstanceOf(DeploymentInput.Seen.class);
    state = stored(machine.decide(state, command, now));
    now += 20;
    Deployment before = newest();
    state = stored(machine.decide(state, seen, now));
    assertThat(newest()).isEqualTo(before);
    return before;
  }

  @Test
  void aLookThatAnswersAfterItsPromotionDoesNotUndoIt() {
    deployed();
    replace(policy(UpdateStrategy.BLUE_GREEN, 0, false, true));
    advance(12_000);
    isAt(Status.AWAITING_PROMOTION);
    assertThat(lookMeets(new DeploymentInput.Promote(2)).phase()).isEqualTo(Phase.SWITCHING);
    give(new DeploymentInput.Wake());
    isAt(Status.SUCCESSFUL);
    assertThat(types()).containsOnlyOnce("deployment_canary_ready", "deployment_switched");
  }

  @Test
  void aLookThatAnswersAfterSomebodyHadItFailDoesNotUndoIt() {
    deployed();
    update(rolling(true));
    advance(10_500);
    assertThat(lookMeets(new DeploymentInput.Fail(2, null)).phase()).isEqualTo(Phase.REVERTING);
    give(new DeploymentInput.Wake());
    advance(2 * DeploymentChecks.CHECK_MS);
    isAt(Status.FAILED);
    assertThat(world.history).containsExactly("a b to 2 as primary", "a b to 1 as primary");
  }

  private void refused(DeploymentInput input, String why) {
    Optional<DeployedKey> before = state;
    assertThatThrownBy(() -> give(input))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PRECONDITION))
        .hasMessage(why);
    assertThat(state).isEqualTo(before);
  }

  @Test
  void aPauseStopsBatchesAndDeadlinesAndWhatIsUnderWayIsLookedAtToItsEnd() {
    deployed();
    update(rolling(true));
    give(new DeploymentInput.Pause(2));
    isAt(Status.PAUSED);
    advance(1_000_000);
    isAt(Status.PAUSED);
    assertThat(world.history).containsExactly("a b to 2 as primary");
    give(new DeploymentInput.Resume(2));
    assertThat(world.history).containsExactly("a b to 2 as primary", "c d to 2 as primary");
    world.sick.add("2");
    give(new DeploymentInput.Pause(2));
    advance(1_000_000);
    isAt(Status.PAUSED);
    give(new DeploymentInput.Resume(2));
    advance(29_000);
    isAt(Status.RUNNING);
    assertThat(world.history).hasSize(2);
    advance(4_000);
    isAt(Status.FAILED);
    assertThat(world.history).hasSize(3).endsWith("a b c d to 1 as primary");
  }

  @Test
  void whatAwaitsPromotionDoesSoAfterAPauseToo() {
    deployed();
    update(canary(false, true));
    give(new DeploymentInput.Pause(2));
    advance(20_000);
    isAt(Status.PAUSED);
    give(new DeploymentInput.Resume(2));
    isAt(Status.AWAITING_PROMOTION);
    give(new DeploymentInput.Pause(2));
    give(new DeploymentInput.Pause(2));
    isAt(Status.PAUSED);
    give(new DeploymentInput.Resume(2));
    isAt(Status.AWAITING_PROMOTION);
    assertThat(types().stream().filter("deployment_paused"::equals)).hasSize(2);
  }

  @Test
  void whatSomebodyHasFailGoesBackOrSaysWhatItLeaves() {
    deployed();
    update(rolling(false));
    give(new DeploymentInput.Fail(2, "enough"));
    isAt(Status.FAILED);
    assertThat(newest().failure()).isEqualTo("enough; agents a, b stay as they are of version 2");
    refused(
        new DeploymentInput.Fail(2, null),
        "deployment is failed, expected running, awaiting_promotion or paused");
    give(deploy(plan(Mode.AGENT_LEVEL, rolling(true), "1", 3, "job-1", null)));
    give(new DeploymentInput.Fail(3, null));
    refused(new DeploymentInput.Pause(3), "deployment dep_web_3 is about to be over");
    advance(2_000);
    isAt(Status.FAILED);
    assertThat(newest().failure()).isEqualTo("somebody had it fail");
  }

  /** An order may be on its way: what goes back must come after it. */
  @Test
  void whatIsUnderWayIsKnownBeforeItGoesBack() {
    deployed();
    DeploymentPlan plan = plan(Mode.AGENT_LEVEL, rolling(true), "1", 2, "job-1", null);
    state = machine.decide(state, deploy(plan), now);
    List<DeploymentEffect> ordered = machine.pending(state.orElseThrow());
    state = machine.decide(state, new DeploymentInput.Fail(2, "enough"), now);
    assertThat(machine.pending(state.orElseThrow())).isEqualTo(ordered);
    give(world.performed(ordered.getFirst()));
    advance(2_000);
    isAt(Status.FAILED);
    assertThat(world.history).containsExactly("a b to 2 as primary", "a b to 1 as primary");

    state =
        machine.decide(
            state, deploy(plan(Mode.BLUE_GREEN, rolling(false), "1", 3, "job-1", "job-3")), now);
    state = machine.decide(state, new DeploymentInput.Fail(3, "enough"), now);
    give(world.performed(machine.pending(state.orElseThrow()).getFirst()));
    isAt(Status.FAILED);
    assertThat(world.alive()).as("what was made meanwhile is gone").containsExactly("job-1");
  }

  @Test
  void aNewJobTakesThePlaceOfTheOldOneWhenItIsHealthy() {
    deployed();
    replace(rolling(false));
    assertThat(world.history).containsExactly("launch job-2 as candidate");
    assertThat(world.found()).containsExactly("job-1");
    advance(13_000);
    isAt(Status.SUCCESSFUL);
    assertThat(world.history)
        .containsExactly("launch job-2 as candidate", "switch to job-2", "drain job-1");
    assertThat(state.orElseThrow().currentJob()).isEqualTo("job-2");
    assertThat(state.orElseThrow().definition()).isZero();
  }

  @Test
  void aNewJobThatIsNotHealthyGoesAndTheOldOneIsNotTouched() {
    deployed();
    world.sick.add("2");
    replace(rolling(true));
    advance(31_000);
    isAt(Status.FAILED);
    assertThat(world.history).containsExactly("launch job-2 as candidate", "stop job-2");
    assertThat(world.found()).containsExactly("job-1");
    assertThat(world.alive()).containsExactly("job-1");
  }

  @Test
  void aJobThatEndsIsNotWaitedFor() {
    deployed();
    world.deadly.add("2");
    replace(rolling(false));
    advance(2_000);
    isAt(Status.FAILED);
    assertThat(newest().failure()).isEqualTo("its job has ended; job job-2 of version 2 stays");
  }

  @Test
  void aJobThatCannotBeMadeChangesNothing() {
    deployed();
    world.impossible.add("job-2");
    replace(rolling(true));
    isAt(Status.FAILED);
    assertThat(newest().failure()).isEqualTo("its job could not be made: no node has port 80");
    assertThat(world.alive()).containsExactly("job-1");
    assertThat(state.orElseThrow().current()).isEqualTo("1");
  }

  @Test
  void aJobThatEndsWhileItsAgentsChangeCannotBeChangedBack() {
    deployed();
    world.deadly.add("2");
    update(rolling(true));
    advance(2_000);
    isAt(Status.FAILED);
    assertThat(newest().failure())
        .isEqualTo("its job has ended; its agents could not be changed back: its job has ended");
  }

  @Test
  void nothingGoesBackToWhatWasNeverHealthy() {
    world.sick.add("1");
    give(DeploymentWorld.first());
    advance(400_000);
    isAt(Status.FAILED);
    world.sick.add("2");
    update(rolling(true));
    advance(31_000);
    assertThat(newest().failure()).endsWith("agents a, b stay as they are of version 2");
  }

  @Test
  void oneDeploymentOfAKeyAtATime() {
    deployed();
    update(rolling(true));
    DeploymentInput other = deploy(plan(Mode.AGENT_LEVEL, rolling(true), "1", 3, "job-1", null));
    refused(other, "deployment dep_web_2 is running");
    Optional<DeployedKey> before = state;
    update(rolling(true)); // the same once more
    assertThat(state).isEqualTo(before);
    advance(60_000);
    assertThatThrownBy(() -> give(other))
        .hasMessage("what is deployed under web has changed meanwhile; try again");
  }

  /** As when two read the line at once, and what one deployed has failed before the other does. */
  @Test
  void aNameThatAnotherVersionHasGotMeanwhileIsNotTakenForIt() {
    deployed();
    world.sick.add("2");
    update(rolling(true));
    advance(40_000);
    isAt(Status.FAILED);
    DeploymentPlan plan = plan(Mode.AGENT_LEVEL, rolling(true), "1", 2, "job-1", null);
    var late = new DeployedVersion("2", null, "another text", "files-2", 0, false, null);
    assertThatThrownBy(() -> give(new DeploymentInput.Deploy("web", null, late, plan)))
        .hasMessage("what is deployed under web has changed meanwhile; try again");
    update(rolling(true)); // the one that has the name
    isAt(Status.RUNNING);
  }

  @Test
  void aRepeatedRequestIsTheDeploymentThatItWas() {
    deployed();
    DeploymentPlan plan = plan(Mode.AGENT_LEVEL, rolling(true), "1", 2, "job-1", null);
    var order = new DeploymentInput.Deploy("web", "key-1", DeploymentWorld.version(2), plan);
    give(order);
    advance(60_000);
    isAt(Status.SUCCESSFUL);
    Optional<DeployedKey> before = state;
    give(order);
    assertThat(state).isEqualTo(before);
  }

  @Test
  void whatDiffersInNothingAndWhatRunsToItsEndAreRecorded() {
    deployed();
    give(deploy(plan(Mode.NOOP, rolling(true), "1", 2, "job-1", null)));
    isAt(Status.SUCCESSFUL);
    assertThat(types()).containsExactly("deployment_created", "deployment_noop");
    assertThat(state.orElseThrow().current()).isEqualTo("2");
    assertThat(state.orElseThrow().version("2").orElseThrow().stable()).isTrue();
    give(deploy(plan(Mode.RERUN, rolling(true), "2", 3, "job-1", "job-3")));
    isAt(Status.VERSION_RECORDED);
    assertThat(state.orElseThrow().currentJob()).isEqualTo("job-3");
    assertThat(world.history).containsExactly("launch job-3 as primary");
  }

  @Test
  void versionsThatNobodyCanWantAreForgotten() {
    deployed();
    world.impossible.addAll(
        java.util.stream.IntStream.range(2, 250).mapToObj(n -> "job-" + n).toList());
    for (int n = 2; n < 202; n++) {
      give(deploy(plan(Mode.BLUE_GREEN, rolling(true), "1", n, "job-1", "job-" + n)));
      isAt(Status.FAILED);
    }
    DeployedKey line = state.orElseThrow();
    assertThat(line.deploymentId()).isEqualTo("dep_web_201");
    assertThat(line.versions()).hasSize(DeployedKey.KEPT + 1);
    assertThat(line.versions().getFirst().name()).as("current and stable").isEqualTo("1");
    assertThat(machine.write(line).length()).isLessThan(20_000);
  }
}

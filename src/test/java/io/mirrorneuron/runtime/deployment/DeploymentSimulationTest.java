package io.mirrorneuron.runtime.deployment;

import static io.mirrorneuron.runtime.deployment.DeploymentWorld.plan;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.deployment.Deployment.Happened;
import io.mirrorneuron.runtime.deployment.Deployment.Status;
import io.mirrorneuron.runtime.deployment.DeploymentPlan.Mode;
import io.mirrorneuron.runtime.machine.MachineSimulation;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.HealthSource;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.UpdateStrategy;
import io.mirrorneuron.store.DeploymentRoles;
import io.mirrorneuron.testing.InMemoryServiceRegistry;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.Seeds;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Deployments on two servers that crash between any two steps, lose answers and lead both at once:
 * each ends as the one without, and nothing is done twice.
 */
@Proof.Histories
class DeploymentSimulationTest {
  private static final long START = 1_000_000;
  private static final long MINUTE = 60_000;
  private static final Seeds SEEDS = Seeds.of(25);

  /** Until a mistake is found. */
  private static final int MOST_SEEDS = 100;

  private Function<InMemoryServiceRegistry, DeploymentRoles> roles = registry -> registry;
  private DeploymentWorld world;
  private MachineSimulation<DeployedKey, DeploymentInput, DeploymentEffect> simulation;

  /** A decider that is wrong. */
  private interface Mistake {
    DeployedKey instead(DeployedKey before, DeploymentInput input, DeployedKey after);
  }

  private static final Mistake NONE = (before, input, after) -> after;

  private static final class MistakenDeployments extends DeploymentMachine {
    private final Mistake mistake;

    MistakenDeployments(Mistake mistake) {
      this.mistake = mistake;
    }

    @Override
    public Optional<DeployedKey> decide(
        Optional<DeployedKey> state, DeploymentInput input, long now) {
      Optional<DeployedKey> next = super.decide(state, input, now);
      return state.isEmpty() ? next : next.map(line -> mistake.instead(state.get(), input, line));
    }
  }

  private void simulate(long seed, Mistake mistake) {
    world = new DeploymentWorld(() -> simulation.now(), roles);
    simulation =
        new MachineSimulation<>(
            seed,
            new MistakenDeployments(mistake),
            (key, effect) ->
                CompletableFuture.completedFuture(key).thenApply(k -> world.performed(effect)),
            seed % 4 * 0.02);
    simulation.submit(START, "web", DeploymentWorld.first());
  }

  /** Whoever gets no answer deploys again, also when it is over by then. */
  private static DeploymentInput deploy(DeploymentPlan plan) {
    DeploymentInput.Deploy once = DeploymentWorld.deploy(plan);
    return new DeploymentInput.Deploy(
        once.key(), "request " + plan.to(), once.version(), plan, once.planned());
  }

  private static UpdatePolicy policy(UpdateStrategy strategy, int canary) {
    return new UpdatePolicy(
        strategy, 2, canary, 5_000, 4 * MINUTE, 8 * MINUTE, HealthSource.AGENT_STATES, false, true);
  }

  private void updates(long seed, Mistake mistake, boolean isSick, boolean fails) {
    simulate(seed, mistake);
    if (isSick) {
      world.sick.add("2");
    }
    UpdatePolicy policy = policy(UpdateStrategy.ROLLING, 0);
    simulation.submit(
        START + 3 * MINUTE, "web", deploy(plan(Mode.AGENT_LEVEL, policy, "1", 2, "job-1", null)));
    if (fails) {
      simulation.submit(
          START + 3 * MINUTE + new Random(seed).nextInt(seed % 2 == 0 ? 300 : 17_000),
          "web",
          new DeploymentInput.Fail(2, "enough"));
    }
    simulation.run(START + 15 * MINUTE);
  }

  private DeployedKey line() {
    return simulation.stored("web").orElseThrow();
  }

  private void assertEndsOnce(String which, Status status, String current) {
    DeployedKey line = line();
    assertThat(line.newest().status()).as(which + line.newest()).isEqualTo(status);
    assertThat(line.current()).as(which).isEqualTo(current);
    assertThat(line.newest().events().stream().map(Happened::type))
        .as(which)
        .doesNotHaveDuplicates();
    assertThat(world.history).as(which).doesNotHaveDuplicates();
    assertThat(world.reported(line.deploymentId()))
        .as(which)
        .containsExactlyElementsOf(line.newest().events().stream().map(Happened::type).toList());
    assertThat(world.alive()).as(which).containsExactly(line.currentJob());
    assertThat(world.found()).as(which).containsExactly(line.currentJob());
    assertThat(world.outages).as(which).isEmpty();
    assertThat(world.jobs.get(line.currentJob()).versions.values()).as(which).containsOnly(current);
    assertThat(world.jobs.get(line.currentJob()).definition).as(which).isEqualTo(line.definition());
  }

  private void updatesEnd(long seed, Mistake mistake) {
    updates(seed, mistake, false, false);
    assertEndsOnce("seed " + seed, Status.SUCCESSFUL, "2");
    assertThat(world.history)
        .containsExactly("launch job-1 as primary", "a b to 2 as primary", "c d to 2 as primary");
  }

  private void sickUpdatesGoBack(long seed, Mistake mistake) {
    updates(seed, mistake, true, false);
    assertEndsOnce("seed " + seed, Status.FAILED, "1");
  }

  /** Somebody has it fail at any moment, also between an order and its answer. */
  private void updatesThatSomebodyHasFailEnd(long seed, Mistake mistake) {
    updates(seed, mistake, false, true);
    boolean wasInTime = line().newest().status() == Status.FAILED;
    assertEndsOnce(
        "seed " + seed, wasInTime ? Status.FAILED : Status.SUCCESSFUL, wasInTime ? "1" : "2");
  }

  private void replacementsEnd(long seed, Mistake mistake) {
    simulate(seed, mistake);
    boolean isSick = seed % 3 == 0;
    if (isSick) {
      world.sick.add("2");
    }
    UpdatePolicy policy = policy(UpdateStrategy.BLUE_GREEN, 0);
    simulation.submit(
        START + 3 * MINUTE, "web", deploy(plan(Mode.BLUE_GREEN, policy, "1", 2, "job-1", "job-2")));
    simulation.submit(START + 6 * MINUTE, "web", new DeploymentInput.Promote(2));
    simulation.run(START + 15 * MINUTE);
    assertEndsOnce("seed " + seed, isSick ? Status.FAILED : Status.SUCCESSFUL, isSick ? "1" : "2");
    assertThat(world.history)
        .containsExactlyElementsOf(
            isSick
                ? List.of("launch job-1 as primary", "launch job-2 as candidate", "stop job-2")
                : List.of(
                    "launch job-1 as primary",
                    "launch job-2 as candidate",
                    "switch to job-2",
                    "drain job-1"));
  }

  @Test
  void agentsBecomeWhatTheyAreToBeOnce() {
    SEEDS.each(seed -> updatesEnd(seed, NONE));
  }

  @Test
  void agentsThatAreNotHealthyBecomeWhatTheyWere() {
    SEEDS.each(seed -> sickUpdatesGoBack(seed, NONE));
  }

  @Test
  void whatSomebodyHasFailIsChangedBackWhole() {
    SEEDS.each(seed -> updatesThatSomebodyHasFailEnd(seed, NONE));
  }

  @Test
  void jobsTakeThePlaceOfOthersOnce() {
    SEEDS.each(seed -> replacementsEnd(seed, NONE));
  }

  /** Canaries that wait, of which every second is paused meanwhile. */
  @Test
  void canariesWaitAndArePromoted() {
    SEEDS.each(
        seed -> {
          simulate(seed, NONE);
          simulation.submit(
              START + 3 * MINUTE,
              "web",
              deploy(
                  plan(Mode.AGENT_LEVEL, policy(UpdateStrategy.CANARY, 1), "1", 2, "job-1", null)));
          if (seed % 2 == 0) {
            simulation.submit(START + 4 * MINUTE, "web", new DeploymentInput.Pause(2));
            simulation.submit(START + 5 * MINUTE, "web", new DeploymentInput.Resume(2));
          }
          simulation.submit(START + 7 * MINUTE, "web", new DeploymentInput.Promote(2));
          simulation.run(START + 20 * MINUTE);
          assertThat(line().newest().status()).as("seed " + seed).isEqualTo(Status.SUCCESSFUL);
          assertThat(world.history)
              .containsExactly(
                  "launch job-1 as primary",
                  "a to 2 as canary",
                  "b c to 2 as primary",
                  "d to 2 as primary");
        });
  }

  private void isFound(Mistake mistake) throws Exception {
    Seeds.find(
        MOST_SEEDS,
        seed -> {
          updatesEnd(seed, mistake);
          sickUpdatesGoBack(seed, mistake);
          updatesThatSomebodyHasFailEnd(seed, mistake);
          replacementsEnd(seed, mistake);
        });
  }

  private static DeployedKey with(DeployedKey line, long definition, Deployment newest) {
    return new DeployedKey(
        line.key(),
        line.current(),
        line.currentJob(),
        definition,
        line.lastVersion(),
        line.versions(),
        newest,
        line.news(),
        null);
  }

  private static Deployment in(Deployment one, Deployment.Phase phase) {
    return new Deployment(
        one.number(),
        one.request(),
        one.status(),
        phase,
        one.plan(),
        one.batch(),
        one.watch(),
        one.clocks(),
        one.failure(),
        one.events(),
        one.createdAt(),
        one.updatedAt());
  }

  @Test
  void aDeciderThatDoesNotCountItsOrdersIsFound() throws Exception {
    isFound(
        (before, input, after) ->
            after.newest().phase() == Deployment.Phase.REVERTING
                    && before.newest().phase() != Deployment.Phase.REVERTING
                ? with(after, before.definition(), after.newest())
                : after);
  }

  @Test
  void aDeciderThatTakesWhatItOrdersForDoneIsFound() throws Exception {
    isFound(
        (before, input, after) ->
            after.newest().phase() == Deployment.Phase.CHANGING && after.newest().batch() > 0
                ? with(after, after.definition(), in(after.newest(), Deployment.Phase.WATCHING))
                : after);
  }

  @Test
  void aDeciderThatEndsTheOldJobBeforeTheNewOneHasItsPlaceIsFound() throws Exception {
    isFound(
        (before, input, after) ->
            after.newest().phase() == Deployment.Phase.SWITCHING
                ? with(after, after.definition(), in(after.newest(), Deployment.Phase.RETIRING))
                : after);
  }

  @Test
  void aDeciderThatIsOverBeforeTheCandidateIsGoneIsFound() throws Exception {
    isFound(
        (before, input, after) ->
            after.newest().phase() == Deployment.Phase.STOPPING
                ? with(after, after.definition(), in(after.newest(), Deployment.Phase.OVER))
                : after);
  }

  /** A store that is wrong. */
  private abstract static class MistakenRoles implements DeploymentRoles {
    final DeploymentRoles right;

    MistakenRoles(DeploymentRoles right) {
      this.right = right;
    }

    @Override
    public CompletionStage<Void> candidate(String jobId) {
      return right.candidate(jobId);
    }

    @Override
    public CompletionStage<Boolean> replace(String oldJob, String newJob) {
      return right.replace(oldJob, newJob);
    }
  }

  @Test
  void aSwitchOfTwoWritesIsFound() throws Exception {
    roles =
        registry ->
            new MistakenRoles(registry) {
              private boolean isHalf;

              @Override
              public CompletionStage<Boolean> replace(String oldJob, String newJob) {
                if (!isHalf) {
                  isHalf = true;
                  right.replace(oldJob, "nobody");
                  throw MnException.unavailable("the server dies between the two", null);
                }
                return right.replace("nobody", newJob);
              }
            };
    assertThat(Seeds.find(MOST_SEEDS, seed -> replacementsEnd(seed, NONE)))
        .hasMessageContaining("after Switch");
  }

  @Test
  void aCandidateThatIsFoundByAllIsFound() throws Exception {
    roles =
        registry ->
            new MistakenRoles(registry) {
              @Override
              public CompletionStage<Void> candidate(String jobId) {
                return CompletableFuture.completedFuture(null);
              }
            };
    Seeds.find(MOST_SEEDS, seed -> replacementsEnd(seed, NONE));
  }
}

package io.mirrorneuron.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.Whole;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every operation, stream and call answers, and what stands in the folders of runs, is what
 * the golden files say. With {@code -Dgolden=write} they are written anew.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
@Whole
class GoldenAnswersE2E {
  private static final boolean WRITES = "write".equals(System.getProperty("golden"));

  /** Operations whose success needs what no test has; they are kept with this status. */
  private static final Map<String, Integer> OTHERWISE =
      Map.of(
          "revealRunArtifact", 501, // a desktop
          "revealRunOutput", 501,
          "addNode", 503, // another server
          "joinNode", 503,
          "cancelBackfill", 412); // how far one is, is a matter of moments

  private GoldenServer golden;

  @BeforeAll
  void play(@TempDir Path folder) {
    Path home = folder.resolve("home");
    Scenery.unpackRuns(home);
    golden = new GoldenServer(home);
    JobScenarios jobs = new JobScenarios(golden);
    SteeringScenarios steering = new SteeringScenarios(golden);
    RunScenarios runs = new RunScenarios(golden);
    ClusterScenarios cluster = new ClusterScenarios(golden);
    GrpcScenarios grpc = new GrpcScenarios(golden);
    String steps = jobs.steps();
    String routers = jobs.routers();
    jobs.failed();
    steering.waitingAndCancelled();
    steering.pausedAndRestored();
    steering.drained();
    steering.ofNamedPeople();
    steering.deadLetters();
    jobs.forks(steps, routers);
    jobs.uploads();
    runs.lookAtAll();
    runs.files();
    runs.people();
    runs.askedByAProgram();
    runs.askedByAStep();
    grpc.calls(steps);
    grpc.steered();
    cluster.realtime(routers);
    Refusals refusals = new Refusals(golden);
    refusals.all();
    refusals.others();
    cluster.look();
    new BlueprintScenarios(golden).look();
    cluster.jobLists();
    runs.lists();
    cluster.cleanUp(routers);
    ScheduleScenarios schedules = new ScheduleScenarios(golden);
    schedules.preview();
    schedules.backfill();
    schedules.versions();
    schedules.events();
    schedules.webhooks();
    schedules.fromMakingToDeleting();
    new ModelScenarios(golden).fromListingToRemoving();
    grpc.others();
    new DeploymentScenarios(golden).fromTheFirstVersionToTheEnd();
    cluster.nodes();
    new RuleScenarios(golden, home).refused();
    new BlueprintScenarios(golden).schedule();
    new BlueprintScenarios(golden).launch();
    if (WRITES) {
      golden.files.write();
    }
  }

  @AfterAll
  void stop() {
    if (golden != null) {
      golden.close();
    }
  }

  Stream<String> files() {
    return golden.files.all().stream();
  }

  @ParameterizedTest
  @MethodSource("files")
  void theAnswerIsTheGoldenOne(String file) {
    golden.files.check(file);
  }

  @Test
  void everyOperationHasAnAnswerThatIsNoError() {
    Coverage coverage = golden.rest.coverage();
    assertThat(coverage.operations())
        .filteredOn(
            id -> !coverage.has(id, OTHERWISE.getOrDefault(id, coverage.operation(id).success())))
        .isEmpty();
  }

  @Test
  void everyOperationHasAnAnswerOfEachMediaTypeThatItDeclares() {
    Coverage coverage = golden.rest.coverage();
    Map<String, Set<String>> missing = new TreeMap<>();
    coverage.operations().forEach(id -> missing.put(id, coverage.typesLeft(id)));
    missing.keySet().removeAll(OTHERWISE.keySet());
    missing.values().removeIf(Set::isEmpty);
    assertThat(missing).isEmpty();
  }

  @Test
  void everyRpcHasAnAnswer() {
    Set<String> missing = new TreeSet<>(golden.grpc.calls());
    missing.removeAll(golden.grpc.called());
    assertThat(missing).isEmpty();
  }
}

package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Eventually.eventually;
import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Why.Explanation;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Whole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runtimes on one Redis. */
@Whole
class TwoRuntimesIT {
  @TempDir Path folder;

  @Test
  void aNodeLeavesTheJobsOfALivingOneAloneAndTakesThoseOfOneThatIsGone() throws Exception {
    Path go = folder.resolve("go");
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"shared","entrypoints":["work"],
         "nodes":[{"node_id":"work","agent_type":"executor","config":{
           "runner_module":"MirrorNeuron.Runner.HostLocal",
           "command":"until [ -e '%s' ]; do read -t 0.05 _ <> <(:) || true; done"}}]}
        """
            .formatted(go);
    try (RuntimeFixture first = new RuntimeFixture(folder.resolve("first"))) {
      String job = first.jobs().submit(Submission.of(manifest)).jobId();
      try (RuntimeFixture second = RuntimeFixture.beside(first, folder.resolve("second"))) {
        String owner = owner(second, job);
        assertThat(owner).contains("first");

        first.leave();
        Files.createFile(go);
        assertThat(second.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
        assertThat(owner(second, job)).contains("second");
      }
    }
  }

  /** Whoever hears of it first takes no more than its share. */
  @Test
  void theJobsOfOneThatIsGoneSpreadOverTheOthers() {
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"idle","type":"service","entrypoints":["desk"],
         "nodes":[{"node_id":"desk","agent_type":"router"},
                  {"node_id":"shelf","agent_type":"aggregator","config":{"complete_after":9}}],
         "edges":[{"from_node":"desk","to_node":"shelf","message_type":"*"}]}
        """;
    try (RuntimeFixture first = new RuntimeFixture(folder.resolve("first"));
        RuntimeFixture second = RuntimeFixture.beside(first, folder.resolve("second"));
        RuntimeFixture third = RuntimeFixture.beside(first, folder.resolve("third"))) {
      List<String> jobs = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        jobs.add(first.jobs().submit(Submission.of(manifest)).jobId());
      }

      first.leave();
      for (RuntimeFixture other : List.of(second, third)) {
        String name = other == second ? "second" : "third";
        eventually(name + " has its share", () -> owned(other, jobs, name) >= 8);
      }
      eventually(
          "each has an owner",
          () -> owned(second, jobs, "second") + owned(second, jobs, "third") == jobs.size());
      jobs.forEach(
          job -> (owner(second, job).contains("second") ? second : third).jobs().cancel(job));
    }
  }

  private static long owned(RuntimeFixture runtime, List<String> jobs, String owner) {
    return jobs.stream().filter(job -> owner(runtime, job).contains(owner)).count();
  }

  /** No heartbeat of another node may have told of one whose life was short. */
  @Test
  void theJobsOfNodesThatCameAndWentQuicklyAreTakenToo() {
    String manifest = SampleManifests.program("sleeper", "sleep", "600");
    try (RuntimeFixture first = new RuntimeFixture(folder.resolve("first"))) {
      List<String> jobs = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        try (RuntimeFixture brief = RuntimeFixture.beside(first, folder.resolve("brief-" + i))) {
          jobs.add(brief.jobs().submit(Submission.of(manifest)).jobId());
        }
      }
      jobs.forEach(job -> eventually("it has " + job, () -> owner(first, job).contains("first")));
      jobs.forEach(first.jobs()::cancel);
    }
  }

  /** Places in queues are known where the job is, and told elsewhere while that one is reached. */
  @Test
  void whyIsTrueOnEitherNode() throws Exception {
    try (RuntimeFixture first = new RuntimeFixture(folder.resolve("first"));
        RuntimeFixture second = RuntimeFixture.beside(first, folder.resolve("second"))) {
      String manifest = SampleManifests.program("sleeper", "sleep", "600");
      List<String> jobs = new ArrayList<>();
      String last;
      try (GrpcRuntime _ = GrpcRuntime.before(first)) {
        for (int i = 0; i < 4; i++) {
          String job = first.jobs().submit(Submission.of(manifest)).jobId();
          jobs.add(job);
          String runs = "agent work runs its program, attempt 1";
          eventually(runs, () -> why(second, job).equals(runs));
        }
        last = first.jobs().submit(Submission.of(manifest)).jobId();
        jobs.add(last);
        String known =
            "agent work is number 1 of 1 that wait for pool default (4 of 4 slots in use)";
        eventually(known, () -> why(first, last).equals(known));
        assertThat(second.jobs().why(last)).isEqualTo(first.jobs().why(last));
      }
      assertThat(why(second, last))
          .startsWith("server mirror_neuron@test, which has the job, is not reached now (")
          .endsWith("); the rest is what is stored of the job");
      assertThat(second.jobs().why(last).explanations().stream().map(Explanation::text))
          .contains("agent work waits for slots of pool default");

      jobs.forEach(first.jobs()::cancel);
      assertThat(why(second, last)).isEqualTo("an operator cancelled the job");
    }
  }

  /** Whoever is asked, and also when nothing happens in the job. */
  @Test
  void theDetailsOfAJobNameTheServersThatLiveWhenTheyAreRead() {
    try (RuntimeFixture first = new RuntimeFixture(folder.resolve("first"))) {
      String job =
          first
              .jobs()
              .submit(Submission.of(SampleManifests.program("sleeper", "sleep", "600")))
              .jobId();
      String runs = "agent work runs its program, attempt 1";
      eventually(runs, () -> why(first, job).equals(runs));
      String alone = "[\"mirror_neuron@test\"]";
      assertThat(observed(first, job)).isEqualTo(alone);
      try (RuntimeFixture second = RuntimeFixture.beside(first, folder.resolve("second"))) {
        second.leave();
        second.startAgainAs("mirror_neuron@other");
        String both = "[\"mirror_neuron@other\",\"mirror_neuron@test\"]";
        eventually("the owner names both", () -> observed(first, job).equals(both));
        eventually("the other one names both", () -> observed(second, job).equals(both));
        assertThat(tree(first.jobs().get(job)).at("/summary/reliability/observed_nodes"))
            .hasToString(both);
        assertThat(tree(second.jobs().brief(job)).at("/job/reliability/observed_nodes"))
            .hasToString(both);
      }
      eventually("one has left", () -> observed(first, job).equals(alone));
      first.jobs().cancel(job);
    }
  }

  private static String observed(RuntimeFixture runtime, String job) {
    return tree(runtime.jobs().get(job)).at("/job/reliability/observed_nodes").toString();
  }

  private static String why(RuntimeFixture runtime, String job) {
    return runtime.jobs().why(job).summary();
  }

  private static String owner(RuntimeFixture runtime, String job) {
    return tree(runtime.jobs().get(job)).at("/job/lease_owner").asText();
  }
}

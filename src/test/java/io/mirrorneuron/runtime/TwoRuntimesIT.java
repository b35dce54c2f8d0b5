package io.mirrorneuron.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.Submission;
import io.mirrorneuron.testing.RuntimeFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two runtimes on one Redis. */
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

  private static String owner(RuntimeFixture runtime, String job) {
    return runtime.jobs().get(job).at("/job/lease_owner").asText();
  }
}

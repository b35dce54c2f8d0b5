package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Eventually.eventually;
import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.JobsPort.ForkedJob;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs with payload files on two runtimes that share a Redis and nothing else. */
@Whole
class PayloadsElsewhereIT {
  private static final Map<String, String> NOT_IN_REDIS = Map.of("MN_BUNDLES_REDIS_MAX_BYTES", "0");

  @TempDir Path folder;

  /** Waits until {@code go} is there, then runs a program of its bundle by its executable bit. */
  private Submission job() {
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"files","entrypoints":["work"],
         "nodes":[{"node_id":"work","agent_type":"executor","config":{
           "runner_module":"MirrorNeuron.Runner.HostLocal","upload_path":"tools","upload_as":"tools",
           "command":"until [ -e '%s' ]; do read -t 0.05 _ <> <(:) || true; done; tools/say"}}]}
        """
            .formatted(folder.resolve("go"));
    Map<String, byte[]> files =
        Map.of(
            "tools/say",
            "#!/bin/sh\ncat tools/word\n".getBytes(StandardCharsets.UTF_8),
            "tools/word",
            "found".getBytes(StandardCharsets.UTF_8));
    return new Submission(manifest, new Payloads.Inline(files, Set.of("tools/say")), null, null);
  }

  private void go() throws IOException {
    Files.createFile(folder.resolve("go"));
  }

  private RuntimeFixture first(Map<String, String> settings) {
    Path home = folder.resolve("first");
    return new RuntimeFixture(home, RuntimeFixture.config(home, settings));
  }

  private RuntimeFixture second(RuntimeFixture first, Map<String, String> settings) {
    return RuntimeFixture.beside(first, folder.resolve("second"), settings);
  }

  private static void endsWell(RuntimeFixture runtime, String job) {
    String detail = runtime.awaitEnd(job).toString();
    assertThat(detail).contains("\"status\":\"completed\"").contains("found");
  }

  private List<String> bundles(String home) {
    Path bundles = folder.resolve(home).resolve("bundles");
    try (Stream<Path> all = Files.isDirectory(bundles) ? Files.list(bundles) : Stream.empty()) {
      return all.map(path -> path.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String why(RuntimeFixture runtime, String job) {
    return runtime.jobs().why(job).summary();
  }

  @Test
  void filesComeOutOfRedisWithTheirModes() throws Exception {
    try (RuntimeFixture first = first(Map.of());
        RuntimeFixture second = second(first, Map.of())) {
      String job = first.jobs().submit(job()).jobId();
      assertThat(bundles("second")).isEmpty();

      first.leave();
      go();
      endsWell(second, job);
      assertThat(bundles("second")).isEqualTo(bundles("first"));
      Path run = folder.resolve("second/runs/run-" + job);
      eventually( // the folder is written anew from the events of the job
          "the run is whole where the job went on",
          () -> events(run).containsAll(List.of("job_pending", "job_completed")));
    }
  }

  @Test
  void filesComeOutOfTheSharedFolder() throws Exception {
    Path shared = Files.createDirectories(folder.resolve("nfs"));
    Map<String, String> settings =
        Map.of("MN_BUNDLES_REDIS_MAX_BYTES", "10", "MN_BUNDLES_SHARED_FOLDER", shared.toString());
    try (RuntimeFixture first = first(settings);
        RuntimeFixture second = second(first, settings)) {
      String job = first.jobs().submit(job()).jobId();
      try (Stream<Path> files = Files.list(shared)) {
        assertThat(files)
            .hasSize(1)
            .allSatisfy(file -> assertThat(modes(file)).isEqualTo("rw-------"));
      }
      first.leave();
      go();
      endsWell(second, job);
    }
  }

  private static List<String> events(Path run) {
    try (Stream<String> lines = Files.lines(run.resolve("events.jsonl"))) {
      return lines.map(line -> Json.parseObject(line, "event").path("type").asText()).toList();
    } catch (IOException e) {
      return List.of(); // not written yet
    }
  }

  private static String modes(Path file) throws IOException {
    return java.nio.file.attribute.PosixFilePermissions.toString(
        Files.getPosixFilePermissions(file));
  }

  @Test
  void aJobWaitsForFilesThatAreWithItsFirstNodeAndGoesOnOnceTheyAreShared() throws Exception {
    try (RuntimeFixture first = first(NOT_IN_REDIS);
        RuntimeFixture second = second(first, Map.of())) {
      String job = first.jobs().submit(job()).jobId();
      String bundle = bundles("first").getFirst();

      first.leave();
      go();
      eventually("it says so", () -> why(second, job).contains("blocked"));
      assertThat(why(second, job))
          .contains(bundle, "node mirror_neuron@test alone", "bundles.redis_max_bytes");
      assertThat(tree(second.jobs().get(job)).at("/job/status").asText()).isEqualTo("running");
      assertThatThrownBy(() -> fork(second.jobs(), job))
          .isInstanceOfSatisfying(
              MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PRECONDITION))
          .hasMessageContaining(bundle);

      try (RuntimeFixture _ =
          RuntimeFixture.beside(first, folder.resolve("first"), Map.of())) { // reconfigured
        endsWell(second, job);
      }
    }
  }

  @Test
  void aJobThatWaitsForItsFilesCanBeCancelled() {
    try (RuntimeFixture first = first(NOT_IN_REDIS);
        RuntimeFixture second = second(first, Map.of())) {
      String job = first.jobs().submit(job()).jobId();
      first.leave();
      eventually("it waits", () -> why(second, job).contains("blocked"));

      assertThat(second.jobs().cancel(job, null, null)).isEqualTo("cancelled");
      assertThat(second.awaitEnd(job).at("/job/status").asText()).isEqualTo("cancelled");
    }
  }

  private static ForkedJob fork(JobsPort jobs, String job) {
    return jobs.fork(job, ForkRequest.atBeginning());
  }

  @Test
  void forksAndBackupsAreMadeWhereTheFilesHaveNeverBeen() throws Exception {
    try (RuntimeFixture first = first(Map.of());
        RuntimeFixture second = second(first, Map.of())) {
      go();
      String job = first.jobs().submit(job()).jobId();
      endsWell(first, job);

      endsWell(second, fork(second.jobs(), job).jobId());
    }
  }

  @Test
  void aPausedJobIsBackedUpAndRestoredWhereItsFilesHaveNeverBeen() throws Exception {
    try (RuntimeFixture first = first(Map.of());
        RuntimeFixture second = second(first, Map.of())) {
      String job = first.jobs().submit(job()).jobId();
      first.jobs().pause(job, false, null);
      eventually("it is paused", () -> status(first, job).equals("paused"));
      first.leave();
      eventually("it is taken over", () -> owner(second, job).contains("#second-"));

      Backup backup = second.jobs().backup(job);
      assertThat(backup.files()).containsKeys("payloads/tools/say");
      String restored = second.jobs().restore(backup, null, null, null).jobId();
      go();
      second.jobs().resume(restored, null);
      endsWell(second, restored);
    }
  }

  private static String status(RuntimeFixture runtime, String job) {
    return tree(runtime.jobs().get(job)).at("/job/status").asText();
  }

  private static String owner(RuntimeFixture runtime, String job) {
    return tree(runtime.jobs().get(job)).at("/job/lease_owner").asText();
  }

  @Test
  void whatFindsNoRoomIsRefusedWithTheSettingAndNothingIsMade() {
    try (RuntimeFixture first = first(Map.of("MN_BUNDLES_REDIS_BUDGET_BYTES", "100"))) {
      byte[] large = new byte[80];
      first.jobs().submit(with(large));
      large[0] = 1;
      assertThatThrownBy(() -> first.jobs().submit(with(large)))
          .isInstanceOfSatisfying(MnException.class, e -> assertThat(e.isStorageFull()).isTrue())
          .hasMessageContaining("bundles.redis_budget_bytes")
          .hasMessageContaining("100 bytes");
      assertThat(first.jobs().list(10, true).data()).hasSize(1);
    }
  }

  private static Submission with(byte[] file) {
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"idle","entrypoints":["work"],
         "nodes":[{"node_id":"work","agent_type":"router"}]}
        """;
    return new Submission(manifest, new Payloads.Inline(Map.of("f", file)), null, null);
  }
}

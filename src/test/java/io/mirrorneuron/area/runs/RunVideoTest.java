package io.mirrorneuron.area.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.runs.RunsVerticle.RunVideo;
import io.mirrorneuron.run.RedactedRun;
import io.mirrorneuron.run.RedactedRuns;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.run.folder.AllowedRoots;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.testing.RunFiles;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which bundles a video may come from. */
class RunVideoTest {
  private static final String MINE = "a".repeat(64);
  private static final String OTHER = "b".repeat(64);

  @TempDir Path temp;
  private RunFolder run;
  private RedactedRun shown;
  private RunVideo video;

  @BeforeEach
  void makeRun() {
    RunStore store = new RunStore(temp.resolve("runs"), new RunWriter.Elsewhere());
    run = store.open("r1");
    shown = new RedactedRuns(store, new AllowedRoots(List.of(), temp)).present("r1").orElseThrow();
    Map<String, ObjectNode> jobs =
        Map.of("mine", job("r1", MINE), "odd", job("r1", ".."), "other", job("r2", OTHER));
    video =
        new RunVideo(
            id -> Optional.ofNullable(jobs.get(id)).map(JobDetailForm::read),
            temp.resolve("bundles"),
            new AllowedRoots(List.of(), temp));
    RunFiles.write(temp, "bundles/" + MINE + "/film.mp4", "mine");
    RunFiles.write(temp, "bundles/" + OTHER + "/film.mp4", "other");
  }

  private static ObjectNode job(String runId, String fingerprint) {
    ObjectNode document = Json.object();
    ObjectNode job = document.putObject("job").put("run_id", runId);
    job.putObject("manifest_ref").put("bundle_fingerprint", fingerprint);
    return document;
  }

  private void page(String job, String source) {
    RunFiles.write(run.path(), "job.json", "{\"job_id\":\"" + job + "\"}");
    RunFiles.write(
        run.path(),
        "ui.json",
        "{\"metadata\":{\"bundle_dir\":\"%s\"},\"components\":[{\"type\":\"text\",\"source\":\"x\"},"
                .formatted(temp)
            + "{\"type\":\"video\",\"source\":\"\"},{\"type\":\"video\",\"source\":\""
            + source
            + "\"}]}");
  }

  @Test
  void theBundleOfTheRunsOwnJobIsWithinReach() {
    page("mine", temp.resolve("bundles/" + MINE + "/film.mp4").toString());

    assertThat(video.of(shown).path()).hasContent("mine");
    assertThat(video.of(shown).contentType()).isEqualTo("video/mp4");
  }

  @Test
  void noOtherBundleIs() {
    for (String job : List.of("mine", "odd", "other", "unknown", "")) {
      page(job, temp.resolve("bundles/" + OTHER + "/film.mp4").toString());
      assertThatThrownBy(() -> video.of(shown))
          .as(job)
          .hasMessage("video source is outside allowed roots");
    }
  }
}

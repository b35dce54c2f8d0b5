package io.mirrorneuron.run.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.testing.RunFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactsTest {
  @TempDir Path temp;
  private RunFolder run;
  private final Artifacts artifacts = new Artifacts();

  @BeforeEach
  void makeRun() {
    run = new RunStore(temp.resolve("runs"), new RunWriter.Elsewhere()).open("r1");
  }

  private void write(String name, String content) {
    RunFiles.write(run.path(), name, content);
  }

  private List<String> listed(String member) {
    return artifacts.refs(run, (file, why) -> {}).stream()
        .map(ref -> ref.path(member).asText())
        .toList();
  }

  @Test
  void aReferenceSaysAllThereIsToKnow() {
    write("sub dir/ü.md", "abc");

    ObjectNode ref = artifacts.refs(run, (file, why) -> {}).getFirst();

    assertThat(ref.toString())
        .isEqualTo(
            ("{\"artifact_id\":\"sub_dir_md\",\"path\":\"%s/sub dir/ü.md\","
                    + "\"relative_path\":\"sub dir/ü.md\",\"size_bytes\":3,\"sha256\":"
                    + "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\","
                    + "\"content_type\":\"text/markdown; charset=utf-8\","
                    + "\"url\":\"/api/v1/runs/r1/artifacts/sub%%20dir/%%C3%%BC.md\","
                    + "\"reveal_url\":\"/api/v1/runs/r1/artifacts/sub%%20dir/%%C3%%BC.md/reveal\"}")
                .formatted(run.path()));
  }

  @Test
  void resultsOfAllKindsAreForClientsAndScratchFilesOfProgramsAreNot() {
    write("outputs/user/plan.csv", "a,b");
    write("outputs/user/model", "weights");
    write("outputs/user/.draft.csv", "hidden");
    write("scratch/plan.csv", "a,b");
    write("outputs.csv", "a,b");

    assertThat(listed("relative_path"))
        .containsExactly("outputs/user/model", "outputs/user/plan.csv");
    assertThat(listed("content_type"))
        .containsExactly("application/octet-stream", "text/csv; charset=utf-8");
    assertThat(artifacts.find(run, "outputs/user/plan.csv").contentType())
        .isEqualTo("text/csv; charset=utf-8");
    assertThatThrownBy(() -> artifacts.find(run, "scratch/plan.csv"))
        .hasMessageContaining("below outputs/");
    assertThatThrownBy(() -> artifacts.find(run, "outputs/user/.draft.csv"))
        .hasMessage("artifact not found");
  }

  private static final String RECORD = "{\"payload\":{\"api_key\":\"s3cret\",\"n\":%d}}\n";

  private String shown(String name) throws IOException {
    return Files.readString(artifacts.shown(run, name).path());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"human.jsonl", "logs.jsonl", "events.001.jsonl", "logs/archive/a.logs.jsonl"})
  void recordsAreShownWithoutSecrets(String name) throws IOException {
    write(name, "{\"token\":17}\nprose of a token\n" + RECORD.formatted(1) + "{\"password\":\"s3");

    assertThat(shown(name))
        .isEqualTo("{\"token\":17}\n" + RECORD.formatted(1).replace("s3cret", "[REDACTED]"));
    Path copy = artifacts.shown(run, name).path();
    assertThat(new Artifacts().shown(run, name).path()).isEqualTo(copy); // also after a restart
    assertThat(listed("relative_path")).containsExactly(name);

    write(name, RECORD.formatted(2));
    assertThat(shown(name)).isEqualTo(RECORD.formatted(2).replace("s3cret", "[REDACTED]"));
    assertThat(copy).exists(); // somebody may be reading it
  }

  @Test
  void packedRecordsAreShownWithoutSecrets() throws IOException {
    try (var out =
        new GZIPOutputStream(Files.newOutputStream(run.path().resolve("events.001.jsonl.gz")))) {
      out.write(RECORD.formatted(1).getBytes(StandardCharsets.UTF_8));
    }

    Path shown = artifacts.shown(run, "events.001.jsonl.gz").path();
    try (var in = new GZIPInputStream(Files.newInputStream(shown))) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(RECORD.formatted(1).replace("s3cret", "[REDACTED]"));
    }
  }

  @Test
  void documentsAreShownWithoutSecretsAndResultsAsTheyAre() throws IOException {
    String secret = "{\"token\":\"s3cret\"}";
    for (String name : List.of("config.json", "result.json", "final_artifact.json", "data.jsonl")) {
      write(name, secret);
    }

    assertThat(shown("config.json")).isEqualTo("{\"token\":\"[REDACTED]\"}");
    for (String name : List.of("result.json", "final_artifact.json", "data.jsonl")) {
      assertThat(shown(name)).isEqualTo(secret);
    }
  }

  @Test
  void whatHasNoSecretIsShownItself() {
    write("events.jsonl", "{\"total_tokens\":3}\n");
    write("config.json", "{}");

    for (String name : listed("relative_path")) {
      assertThat(artifacts.shown(run, name).path()).isEqualTo(run.path().resolve(name));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"running", "completed"})
  void sizeAndHashAreOfWhatIsShown(String status) throws IOException {
    write("job.json", "{\"status\":\"%s\"}".formatted(status));
    write("events.jsonl", RECORD.formatted(1));

    ObjectNode ref = artifacts.refs(run, (file, why) -> {}).getFirst();
    Path shown = artifacts.shown(run, "events.jsonl").path();
    assertThat(ref.path("size_bytes").asLong()).isEqualTo(Files.size(shown));
    assertThat(ref.path("sha256").asText())
        .isEqualTo(new Checksums(1).of(shown, run.path()).sha256());
    assertThat(ref.path("path").asText()).endsWith("r1/events.jsonl");
  }

  @ParameterizedTest
  @CsvSource({
    "result.json, result_json, application/json",
    "human.jsonl, human_events_jsonl, application/x-ndjson",
    "events.jsonl, events_jsonl, application/x-ndjson",
    "events.log, events_log, text/plain; charset=utf-8",
    "events.index.json, events_index_json, application/json",
    "events.001.jsonl, events_jsonl_001, application/x-ndjson",
    "events.012.jsonl.gz, events_jsonl_012, application/gzip",
    "web_ui.json, web_ui_json, application/json",
    "Reports/Q1 - Final.PDF, reports_q1_final_pdf, application/pdf",
  })
  void filesHaveTheirIdsAndTypes(String name, String id, String type) {
    write(name, "x");

    assertThat(listed("artifact_id")).containsExactly(id);
    assertThat(listed("content_type")).containsExactly(type);
    assertThat(artifacts.find(run, name).contentType()).isEqualTo(type);
  }

  @Test
  void listAndDownloadKnowTheSameFiles() throws IOException {
    Path outside = RunFiles.write(temp, "outside/secret.json", "{}");
    write("a.json", "{}");
    write("b/c.txt", "x");
    Files.createSymbolicLink(run.path().resolve("in.json"), run.path().resolve("a.json"));
    write("page.html", "x");
    write(".hidden.json", "{}");
    write("b/.hidden/d.json", "{}");
    write(".mn/journal.jsonl", "{}");
    Files.createSymbolicLink(run.path().resolve("out.json"), outside);
    Files.createSymbolicLink(run.path().resolve("nothing.json"), temp.resolve("nothing.json"));
    Files.createSymbolicLink(
        run.path().resolve("journal.jsonl"), run.path().resolve(".mn/journal.jsonl"));
    Files.createSymbolicLink(run.path().resolve("folder"), outside.getParent());
    Files.createSymbolicLink(run.path().resolve("twin"), run.path().resolve("b"));
    Files.createDirectory(run.path().resolve("folder.json"));

    assertThat(listed("relative_path")).containsExactly("a.json", "b/c.txt", "in.json");
    Map<String, String> refused = new TreeMap<>();
    artifacts.refs(run, refused::put);
    assertThat(refused).containsOnlyKeys("journal.jsonl", "nothing.json", "out.json");
    assertThat(refused.values())
        .containsOnly("is a link that leads out of the run, to something hidden or to nothing");
    for (String name : listed("relative_path")) {
      assertThat(Files.isRegularFile(artifacts.find(run, name).path())).isTrue();
    }
    for (String name :
        List.of(
            ".hidden.json",
            "b/.hidden/d.json",
            ".mn/journal.jsonl",
            "nothing.json",
            "journal.jsonl",
            "twin/c.txt",
            "folder.json",
            "b",
            "none.json")) {
      assertThatThrownBy(() -> artifacts.find(run, name))
          .as(name)
          .hasMessage("artifact not found")
          .extracting(e -> ((MnException) e).code())
          .isEqualTo(ErrorCode.NOT_FOUND);
    }
    assertThatThrownBy(() -> artifacts.find(run, "page.html"))
        .hasMessage(
            "page.html is not served, only files below outputs/ and those that end in .json, .jsonl,"
                + " .md, .pdf, .txt, .log or .gz are; it lies in the folder of the run")
        .extracting(e -> ((MnException) e).code())
        .isEqualTo(ErrorCode.NOT_FOUND);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../r2/a.json",
        "..",
        ".",
        "./a.json",
        "b/../a.json",
        "b//c.txt",
        "/etc/passwd",
        "a.json/",
        "a\0.json",
        "out.json",
        "folder/secret.json",
        "%2e%2e/../x.json"
      })
  void whatLeadsOutOfTheRunIsNoPath(String path) throws IOException {
    Path outside = RunFiles.write(temp, "outside/secret.json", "{}");
    write("a.json", "{}");
    write("b/c.txt", "x");
    Files.createSymbolicLink(run.path().resolve("out.json"), outside);
    Files.createSymbolicLink(run.path().resolve("folder"), outside.getParent());

    assertThatThrownBy(() -> artifacts.find(run, path))
        .hasMessage("invalid artifact path")
        .extracting(e -> ((MnException) e).code())
        .isEqualTo(ErrorCode.MALFORMED);
  }

  @Test
  void theChecksumIsThatOfTheFileAsItIs() {
    write("a.txt", "abc");
    String before = listed("sha256").getFirst();

    write("a.txt", "abd");
    assertThat(listed("sha256").getFirst()).isNotEqualTo(before);
    write("a.txt", "abc");
    assertThat(listed("sha256").getFirst()).isEqualTo(before);
  }

  @Test
  void resourceSamplesAreFoundUnderBothNames() {
    write("resource_samples.jsonl", "{}");

    assertThat(artifacts.find(run, "resources.jsonl").path().getFileName())
        .isEqualTo(artifacts.find(run, "resource_samples.jsonl").path().getFileName());
  }
}

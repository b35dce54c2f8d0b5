package io.mirrorneuron.runtime.exec.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.runtime.exec.ExecutionSamples;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.port.Execution;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkspaceTest {
  @TempDir Path folder;
  private Path payloads;
  private Workspaces workspaces;

  @BeforeEach
  void layPayloads() throws Exception {
    payloads = Files.createDirectories(folder.resolve("bundle/payloads"));
    Files.createDirectories(payloads.resolve("worker/deep"));
    Files.writeString(payloads.resolve("worker/run.sh"), "echo hi");
    Files.setPosixFilePermissions(
        payloads.resolve("worker/run.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(payloads.resolve("worker/deep/data.txt"), "data");
    Files.writeString(payloads.resolve("shared.txt"), "shared");
    Files.writeString(folder.resolve("bundle/secret.txt"), "secret");
    Files.createDirectories(folder.resolve("bundle/payloads-other"));
    Files.createDirectories(payloads.resolve("evil"));
    link("evil/out", "../../secret.txt");
    link("evil-folder", "..");
    link("evil-absolute", folder.resolve("bundle").toAbsolutePath().toString());
    link("nowhere", "missing");
    Files.createDirectories(payloads.resolve("loop"));
    link("loop/again", "../loop");
    Files.createDirectories(payloads.resolve("good"));
    link("good/shared", "../shared.txt");
    link("good/folder", "../worker");
    workspaces =
        new Workspaces(
            Workspaces.made(folder.resolve("tmp"), "test"),
            ArtifactSink.NONE,
            Clock.fixed(Instant.parse("2026-01-02T03:04:05.678Z"), ZoneOffset.UTC),
            true);
  }

  private void link(String name, String target) throws Exception {
    Files.createSymbolicLink(payloads.resolve(name), Path.of(target));
  }

  @Test
  void theFolderOfTheRuntimeIsThereWhileItIsNeededOnly() throws Exception {
    Path own = Workspaces.folder(folder.resolve("tmp"), "test");
    try (Workspace workspace = create("{}")) {
      assertThat(workspace.root()).isDirectory();
    }
    assertThat(own).isDirectory();
    workspaces.close();
    assertThat(own).doesNotExist();
    create("{}").close(); // it is made again
    workspaces.close();
    assertThat(folder.resolve("tmp")).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'upload_path':'worker','command':['sh','run.sh']} | worker",
        "{'upload_path':'worker','command':['./run.sh']} | worker",
        "{'upload_path':'worker','command':['sh','-eu','run.sh','x']} | worker",
        "{'upload_path':'worker','upload_as':'w','command':['sh','run.sh']} | w",
        "{'upload_path':'worker','command':['sh','worker/run.sh']} | ''",
        "{'upload_path':'worker','command':['env','-C','worker','sh','run.sh']} | ''",
        "{'upload_path':'worker','command':'cd worker && sh run.sh'} | ''",
        "{'upload_path':'worker','command':['sh','missing.sh']} | ''",
        "{'upload_path':'worker','command':['ls','deep']} | ''",
        "{'upload_path':'worker/run.sh','command':['sh','run.sh']} | ''",
        "{'upload_paths':[{'source':'worker'}],'command':['sh','run.sh']} | ''",
        "{'upload_path':'worker','workdir':'/sandbox/job','command':['sh','run.sh']} | ''",
      })
  void aProgramStartsInTheUploadedFolderOnlyWhenItWouldNotBeFoundElsewhere(
      String config, String expected) throws Exception {
    try (Workspace workspace = create(config)) {
      assertThat(workspace.workdir()).isEqualTo(workspace.root().resolve(expected));
    }
  }

  @Test
  void foldersAndFilesArriveWithTheirExecutableBit() throws Exception {
    try (Workspace workspace =
        create(
            "{'upload_paths':[{'source':'worker'},{'source':'shared.txt','target':'a/b.txt'}],"
                + "'workdir':'/sandbox/job/worker'}")) {
      assertThat(workspace.workdir()).isEqualTo(workspace.root().resolve("worker"));
      assertThat(workspace.workdir().resolve("run.sh")).isExecutable();
      assertThat(workspace.workdir().resolve("deep/data.txt")).hasContent("data");
      assertThat(workspace.root().resolve("a/b.txt")).hasContent("shared");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(workspace.root())))
          .isEqualTo("rwx------");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "{'upload_path':'worker'},                         worker/run.sh",
    "{'upload_path':'worker/'},                        worker/run.sh",
    "{'upload_path':'./worker/../worker'},             worker/run.sh",
    "{'upload_path':'worker';'upload_as':'x/y'},       x/y/run.sh",
    "{'upload_path':'worker';'upload_as':'/sandbox/job/x'}, x/run.sh",
    "{'upload_path':'.'},                              worker/run.sh",
    "{'upload_paths':['worker']},                      worker/run.sh",
    "{'uploads':[{'source':'worker'}]},                worker/run.sh",
    "{'upload_path':'good'},                           good/shared",
    "{'upload_path':'good'},                           good/folder/run.sh",
  })
  void uploadsLandWhereTheManifestSays(String config, String expected) throws Exception {
    if (config.contains("'.'")) {
      for (String bad : new String[] {"evil", "evil-folder", "evil-absolute", "nowhere", "loop"}) {
        FolderTree.delete(payloads.resolve(bad));
      }
    }
    try (Workspace workspace = create(config.replace(';', ','))) {
      Path file = workspace.root().resolve(expected);
      assertThat(file).isRegularFile();
      assertThat(Files.isSymbolicLink(file)).isFalse();
      assertThat(Files.isSymbolicLink(file.getParent())).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        "../secret.txt",
        "../payloads-other",
        "worker/../../secret.txt",
        "/etc/passwd",
        "evil",
        "evil/out",
        "evil-folder",
        "evil-folder/secret.txt",
        "evil-absolute",
        "evil-absolute/secret.txt",
      })
  void sourcesStayInsideThePayloads(String source) {
    assertThatThrownBy(() -> create("{'upload_path':'" + source + "'}"))
        .isInstanceOf(NotStarted.class)
        .hasMessage("upload source must stay inside blueprint payloads: " + source);
    assertThat(folder.resolve("tmp/mn-test")).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource({
    "missing, upload source does not exist locally: missing",
    "nowhere, upload source holds a link to nowhere: nowhere",
    "loop,    upload source is nested too deeply: loop",
    "'',      upload source is missing",
  })
  void sourcesThatCannotBeCopiedAreNamed(String source, String error) {
    assertThatThrownBy(() -> create("{'upload_paths':[{'source':'" + source + "'}]}"))
        .hasMessage(error);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"..", "../x", "a/../../x", "/etc/x", "/sandbox/job/../x", "/sandbox/jobs"})
  void targetsStayInsideTheWorkspace(String target) {
    assertThatThrownBy(() -> create("{'upload_path':'worker','upload_as':'" + target + "'}"))
        .hasMessage("upload target must stay inside the workspace: " + target);
  }

  @ParameterizedTest
  @CsvSource({
    "/etc,               workdir must stay inside the workspace: /etc",
    "../..,              workdir must stay inside the workspace: ../..",
    "/sandbox/job/../..,  workdir must stay inside the workspace: /sandbox/job/../..",
    "missing,            workdir does not exist: missing",
  })
  void workingFoldersStayInsideAndExist(String workdir, String error) {
    assertThatThrownBy(() -> create("{'workdir':'" + workdir + "'}")).hasMessage(error);
  }

  @Test
  void aBundleWithoutPayloadsHasNoSources() {
    assertThatThrownBy(() -> make(ExecutionSamples.execution("{'upload_path':'worker'}", null)))
        .hasMessage("upload source does not exist locally: worker");
  }

  @Test
  void theMessageFilesSayWhatTheProgramWasStartedFor() throws Exception {
    try (Workspace workspace = create("{}")) {
      assertThat(workspace.root().resolve("mirror_neuron_input.json")).hasContent("{\"n\":7}");
      assertThat(workspace.root().resolve("mirror_neuron_body.bin")).hasContent("{\"n\":7}");
      assertThat(workspace.root().resolve("mirror_neuron_message.json"))
          .content()
          .contains("\"envelope\"", "\"body\":{\"n\":7}");
      assertThat(workspace.root().resolve("mirror_neuron_context.json"))
          .hasContent(
              "{\"job_id\":\"job-1\",\"agent_id\":\"worker\",\"agent_type\":\"executor\","
                  + "\"template_type\":\"generic\",\"agent_state\":null,\"workflow\":{},"
                  + "\"timestamp\":\"2026-01-02T03:04:05.678Z\"}");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/x-ndjson     | [1,{'a':2}] | 1~{'a':2}~",
        "application/jsonl        | {'a':2}     | {'a':2}~",
        "Application/NDJSON       | [[1],'x']   | [1]~'x'~",
        "application/x-ndjson     | 'raw'       | raw",
        "application/octet-stream | {'a':2}     | {'a':2}",
        "application/octet-stream | 'raw'       | raw",
        "text/plain; charset=x    | 'raw'       | raw",
        "application/json         | 'raw'       | 'raw'",
        "application/problem+json | {}          | {}",
      },
      quoteCharacter = '`')
  void theBodyFileIsEncodedAsItsTypeAsks(String type, String body, String expected)
      throws Exception {
    for (String encoding : new String[] {"identity", "gzip"}) {
      Execution execution = ExecutionSamples.execution("{}", null);
      execution.message().replace("body", io.mirrorneuron.wire.Json.parse(quoted(body)));
      execution.message().withObject("envelope").put("content_type", type);
      execution.message().withObject("envelope").put("content_encoding", encoding);
      try (Workspace workspace = make(execution)) {
        byte[] bytes = Files.readAllBytes(workspace.root().resolve(MessageFiles.BODY));
        if (encoding.equals("gzip")) {
          bytes = new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes();
        }
        assertThat(new String(bytes, java.nio.charset.StandardCharsets.UTF_8))
            .isEqualTo(quoted(expected).replace('~', '\n'));
      }
    }
  }

  @Test
  void bytesArriveAsTheyWere() throws Exception {
    byte[] bytes = {0, 1, (byte) 0xff, '\n', (byte) 0xc3};
    Execution execution = ExecutionSamples.execution("{}", null);
    execution.message().put("body", java.util.Base64.getEncoder().encodeToString(bytes));
    execution.message().put("body_encoding", "base64");

    try (Workspace workspace = make(execution)) {
      assertThat(workspace.root().resolve(MessageFiles.BODY)).hasBinaryContent(bytes);
    }
    execution.message().withObject("envelope").put("content_encoding", "gzip");
    try (Workspace workspace = make(execution);
        var packed = Files.newInputStream(workspace.root().resolve(MessageFiles.BODY))) {
      assertThat(new GZIPInputStream(packed).readAllBytes()).isEqualTo(bytes);
    }
  }

  @Test
  void whatCannotBeUnpackedStartsNothing() {
    Execution packed = ExecutionSamples.execution("{}", null);
    packed.message().withObject("envelope").put("content_encoding", "br");
    Execution broken = ExecutionSamples.execution("{}", null);
    broken.message().put("body", "no base64!").put("body_encoding", "base64");

    assertThatThrownBy(() -> make(packed)).hasMessage("unsupported content_encoding: br");
    assertThatThrownBy(() -> make(broken))
        .hasMessageStartingWith("body_base64 of the message is not base64");
    assertThat(folder.resolve("tmp/mn-test")).isEmptyDirectory();
  }

  @Test
  void closingRemovesEverythingButFollowsNoLink() throws Exception {
    Workspace workspace = create("{}");
    Path locked = Files.createDirectories(workspace.root().resolve("locked/inner"));
    Files.setPosixFilePermissions(locked.getParent(), PosixFilePermissions.fromString("---------"));
    Files.createSymbolicLink(workspace.root().resolve("away"), payloads);

    workspace.close();

    assertThat(workspace.root()).doesNotExist();
    assertThat(payloads.resolve("shared.txt")).exists();
  }

  private static String quoted(String json) {
    return json.replace('\'', '"');
  }

  private Workspace create(String config) throws NotStarted {
    return make(ExecutionSamples.execution(config, payloads));
  }

  private Workspace make(Execution execution) throws NotStarted {
    return workspaces.create(
        execution, ExecutorSettings.of(execution.config(), ExecutionSamples.config(folder)));
  }
}

package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.run.RedactedRuns;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.run.folder.AllowedRoots;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.report.ExportBudget;
import io.mirrorneuron.run.report.ExportZip;
import io.mirrorneuron.testing.SampleRuns;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mn run verify}, where no server runs. */
class RunVerifyTest {
  @TempDir Path folder;
  private Shell shell;
  private Path file;

  @BeforeEach
  void export() {
    shell = new Shell(Main::commandLine, folder);
    file = folder.resolve("run-1.mnrun.zip");
    try (RunStore store = new RunStore(folder.resolve("runs"), new RunWriter.Elsewhere())) {
      RunFolder run = SampleRuns.completed(store, "run-1");
      ExportZip.write(
          new RedactedRuns(store, new AllowedRoots(List.of(), folder)).find(run.runId()),
          SampleRuns.at(90),
          "mn test",
          file,
          new ExportBudget(() -> false, Path.of("exports"), () -> Long.MAX_VALUE, 0));
    }
  }

  private Ended verify(String... options) {
    String[] line = new String[options.length + 3];
    System.arraycopy(new String[] {"run", "verify", file.toString()}, 0, line, 0, 3);
    System.arraycopy(options, 0, line, 3, options.length);
    return shell.run(line);
  }

  /** Packs the file again with another content of one entry. */
  private void change(String entry, String from, String to) throws IOException {
    try (FileSystem zip = FileSystems.newFileSystem(file)) {
      Path path = zip.getPath(entry);
      Files.writeString(path, Files.readString(path).replace(from, to));
    }
  }

  @Test
  void aFileAsItWasExportedIsVerified() {
    Ended ended = verify();

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out()).matches("verified: run-1, 16 entries, 13 records, head [0-9a-f]{64}\n");
    assertThat(verify("--json").json().path("ok").asBoolean()).isTrue();
  }

  @Test
  void anExportedFileWithOtherBytesIsNot() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    byte[] name = "run/artifacts/ships.csv".getBytes(StandardCharsets.UTF_8);
    bytes[30 + name.length + 5] ^= 1; // in the data of the first entry
    Files.write(file, bytes);

    Ended ended = verify();

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err())
        .startsWith("mn: not verified: run/artifacts/ships.csv was changed")
        .hasLineCount(1);
    assertThat(verify("--json").json().at("/first_broken/entry").asText())
        .isEqualTo("run/artifacts/ships.csv");
  }

  @Test
  void aFileThatWasPackedAgainIsNotTheExport() throws IOException {
    change("run/result.json", "12", "13");

    assertThat(verify().exitCode()).isEqualTo(1);
  }

  @Test
  void whatIsNoExportIsSaid() throws IOException {
    Files.writeString(file, "not a zip");

    assertThat(verify())
        .isEqualTo(new Ended(2, "", "mn: the file is no exported run, or it is cut off\n"));
    Files.delete(file);
    assertThat(verify().exitCode()).isEqualTo(5);
    assertThat(shell.run("run", "verify").exitCode()).isEqualTo(2);
    assertThat(shell.run("run", "verify", "--help").out()).contains("Usage: mn run verify");
  }
}

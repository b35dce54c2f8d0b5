package io.mirrorneuron.runtime.exec.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.mirrorneuron.runtime.exec.workspace.SubmissionFolders.MergedFolder;
import io.mirrorneuron.untrusted.OpenFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program has put into a folder of its own making comes where it belongs. */
class MergedFolderTest {
  private static final Path MEMORY = Path.of("/dev/shm");

  @TempDir Path temporary;

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static void move(Path from, Path to) throws IOException {
    try (OpenFolder source = OpenFolder.at(from.toRealPath());
        OpenFolder target = OpenFolder.at(to.toRealPath())) {
      new MergedFolder().move(source, target);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void allIsMovedAndTheServersOwnStays(boolean onAnotherDisk) throws IOException {
    Path to = Files.createDirectory(temporary.resolve("to"));
    Path from = onAnotherDisk ? inMemory() : Files.createDirectory(temporary.resolve("from"));
    try {
      write(to.resolve("job.json"), "server's");
      write(to.resolve(".mn/journal"), "server's");
      write(to.resolve("both/kept.txt"), "kept");
      write(to.resolve("result.json"), "old");
      write(to.resolve("other"), "file");
      write(from.resolve("job.json"), "program's");
      write(from.resolve(".mn/journal"), "program's");
      write(from.resolve("both/more/deep.txt"), "deep");
      write(from.resolve("result.json"), "new");
      write(from.resolve("other/inner.txt"), "inner");
      Files.createSymbolicLink(from.resolve("link"), Path.of("/etc/passwd"));

      move(from, to);

      assertThat(to.resolve("job.json")).hasContent("server's");
      assertThat(to.resolve(".mn/journal")).hasContent("server's");
      assertThat(to.resolve("both/kept.txt")).hasContent("kept");
      assertThat(to.resolve("both/more/deep.txt")).hasContent("deep");
      assertThat(to.resolve("result.json")).hasContent("new");
      assertThat(to.resolve("other/inner.txt")).hasContent("inner");
      assertThat(Files.isRegularFile(to.resolve("link"), LinkOption.NOFOLLOW_LINKS))
          .as("what a link leads to is not copied")
          .isFalse();
      assertThat(from).isEmptyDirectory();
    } finally {
      Files.deleteIfExists(from);
    }
  }

  private Path inMemory() throws IOException {
    assumeThat(MEMORY).isDirectory();
    assumeThat(Files.getFileStore(MEMORY)).isNotEqualTo(Files.getFileStore(temporary));
    return Files.createTempDirectory(MEMORY, "mn-test");
  }

  @Test
  void nothingIsLostWhenItLiesTooDeep() throws IOException {
    Path to = Files.createDirectory(temporary.resolve("to"));
    Path from = Files.createDirectory(temporary.resolve("from"));
    String deep = "d/".repeat(70);
    write(from.resolve(deep + "file"), "deep");
    Files.createDirectories(to.resolve(deep));

    try {
      move(from, to);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("too deep");
    }

    assertThat(from.resolve(deep + "file")).hasContent("deep");
  }
}

package io.mirrorneuron.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScatteredFoldersTest {
  @TempDir Path folder;

  private static String attributes(Path folder) throws IOException, InterruptedException {
    Process lsattr =
        new ProcessBuilder("lsattr", "-d", folder.toString()).redirectErrorStream(true).start();
    String reported = new String(lsattr.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    lsattr.waitFor();
    return reported.split(" ", 2)[0];
  }

  @Test
  void aFileSystemThatHeedsItKeepsIt() throws Exception {
    String type = Files.getFileStore(folder).type();
    boolean isHeeded = ScatteredFolders.in(folder);

    assertThat(ScatteredFolders.in(folder)).isEqualTo(isHeeded);
    assumeThat(Files.isExecutable(Path.of("/usr/bin/lsattr"))).isTrue();
    assertThat(attributes(folder).contains("T")).isEqualTo(isHeeded);
    assumeThat(type).isEqualTo("ext4");
    assertThat(isHeeded).isTrue();
  }

  @Test
  void whatIsNoFolderIsLeftAlone() throws IOException {
    assertThat(ScatteredFolders.in(folder.resolve("absent"))).isFalse();
    assertThat(folder).isEmptyDirectory();
  }
}

package io.mirrorneuron.area.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.testing.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With programs that stand in for those of a desktop. */
class DesktopIT {
  @TempDir Path temp;
  private Path file;

  @BeforeEach
  void writeFile() {
    file = RunFiles.write(temp, "a run; $(touch x)/report.pdf", "x");
  }

  private Map<String, String> environment(String... more) {
    return Map.of(
        "PATH",
        "relative:" + temp.resolve("none") + ":" + temp.resolve("bin"),
        "MN_API_TOKEN",
        "t0ken",
        more[0],
        more[1]);
  }

  private void program(String name, String script) throws IOException {
    Path program = RunFiles.write(temp, "bin/" + name, "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void theFolderIsOpenedWithoutAShellAndWithoutSecrets() throws IOException {
    program("xdg-open", "{ echo \"$#:$1\"; /usr/bin/env; } > " + temp.resolve("seen"));
    Desktop desktop = Desktop.find("localhost", environment("DISPLAY", ":0"), "Linux");

    assertThat(desktop.reveal(file).toString())
        .isEqualTo(
            "{\"ok\":true,\"path\":\"%s\",\"folder\":\"%s\"}".formatted(file, file.getParent()));
    assertThat(Files.readString(temp.resolve("seen")))
        .startsWith("1:" + file.getParent() + "\n")
        .contains("DISPLAY=:0")
        .doesNotContain("t0ken");
  }

  @Test
  void aMacShowsTheFileItself() throws IOException {
    program("open", "echo \"$#:$1:$2\" > " + temp.resolve("seen"));

    Desktop.find("127.0.0.1", environment("A", "b"), "Mac OS X").reveal(file);

    assertThat(temp.resolve("seen")).hasContent("2:-R:" + file);
  }

  @Test
  void aProgramThatFailsIsToldOf() throws IOException {
    program("xdg-open", "exit 4");
    Desktop desktop = Desktop.find("::1", environment("WAYLAND_DISPLAY", "w"), "Linux");

    assertThatThrownBy(() -> desktop.reveal(file)).hasMessage("failed to open report.pdf");
  }

  @Test
  void nothingIsOpenedForOthersOrWithoutAScreen() throws IOException {
    program("xdg-open", "touch " + temp.resolve("seen"));
    for (Desktop desktop :
        new Desktop[] {
          Desktop.find("0.0.0.0", environment("DISPLAY", ":0"), "Linux"),
          Desktop.find("192.0.2.1", environment("DISPLAY", ":0"), "Linux"),
          Desktop.find("localhost", environment("A", "b"), "Linux"),
          Desktop.find("localhost", Map.of("DISPLAY", ":0"), "Linux"),
          Desktop.find("localhost", Map.of("DISPLAY", ":0", "PATH", "/none"), "Linux"),
        }) {
      assertThatThrownBy(() -> desktop.reveal(file))
          .hasMessageContaining("this server opens no windows");
    }
    assertThat(temp.resolve("seen")).doesNotExist();
  }
}

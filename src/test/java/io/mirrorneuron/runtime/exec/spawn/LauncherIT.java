package io.mirrorneuron.runtime.exec.spawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How confined programs begin. */
class LauncherIT {
  /** Asks of the 64 processes and threads that are older than it how many it may signal. */
  private static final String ATTACKER =
      """
      b8 27 00 00 00  0f 05                      getpid
      89 c3  45 31 e4  41 bd 40 00 00 00         from there on, 64 times
      ff cb                                      the one before
      b8 3e 00 00 00  89 df  31 f6  0f 05        kill(it, 0)
      85 c0  75 03  41 ff c4                     allowed: one more
      41 ff cd  75 e7
      b8 e7 00 00 00  44 89 e7  0f 05            exit_group(how many)
      """;

  @TempDir private Path folder;

  final Spawner spawner = spawner();

  /** Here by the C library and the {@link Launcher}. */
  Spawner spawner() {
    return new PosixSpawner(new LimitMark("launcher-it"), false);
  }

  @BeforeEach
  void needLandlock() {
    assumeThat(Landlock.isKnown()).isTrue();
  }

  @AfterEach
  void close() {
    spawner.close();
  }

  @Test
  void aProgramReachesNoThreadOfThisProcessHoweverEarlyItTries() throws Exception {
    assumeThat(System.getProperty("os.arch")).isEqualTo("amd64");
    Path attacker = executable("attacker", Launcher.executable(62, ATTACKER));

    for (int i = 0; i < 300; i++) {
      assertThat(run(attacker, List.of("attacker")).exitCode()).isZero();
    }
  }

  @Test
  void aProgramHasNoOtherFilesThanItsStreams() throws Exception {
    EndedProgram ended = run(Path.of("/bin/ls"), List.of("ls", "/proc/self/fd"));

    assertThat(ended.printed()).containsExactly("0", "1", "2", "3"); // 3 is the listed folder
  }

  @Test
  void argumentsAndEnvironmentArriveAsTheyAre() throws Exception {
    EndedProgram ended =
        run(Path.of("/bin/sh"), List.of("a name", "-c", "echo \"$0|$1|$A\"", "zero", "b c"));

    assertThat(ended.printed()).containsExactly("zero|b c|d e");
  }

  @Test
  void aScriptWithoutInterpreterRunsByTheShell() throws Exception {
    Path script = executable("script", "echo by the shell: $1\n".getBytes(StandardCharsets.UTF_8));

    assertThat(run(script, List.of("script", "one")).printed())
        .containsExactly("by the shell: one");
  }

  @Test
  void whatCannotBeStartedIsSaid() throws Exception {
    Path text = Files.writeString(folder.resolve("text"), "no program");

    assertThatThrownBy(() -> run(folder.resolve("none"), List.of("none")))
        .isInstanceOf(IOException.class)
        .hasMessage("none cannot be started: no such file or directory");
    assertThatThrownBy(() -> run(text, List.of("text")))
        .isInstanceOf(IOException.class)
        .hasMessage("text cannot be started: permission denied");
  }

  private Path executable(String name, byte[] content) throws IOException {
    Path file = Files.write(folder.resolve(name), content);
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  private EndedProgram run(Path executable, List<String> arguments) throws Exception {
    Domain domain =
        Landlock.domain(
            AccessRules.kept(Map.of(Path.of("/"), FolderAccess.READ)),
            Map.of(folder.toRealPath(), FolderAccess.WRITE));
    var program = new Program(executable, arguments, Map.of("A", "d e"), folder, domain);
    return EndedProgram.of(spawner, program);
  }
}

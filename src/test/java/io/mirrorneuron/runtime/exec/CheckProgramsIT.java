package io.mirrorneuron.runtime.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.mirrorneuron.config.Confinement.Mode;
import io.mirrorneuron.runtime.exec.confine.Confiner.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What programs that check services reach, and what they leave. */
class CheckProgramsIT {
  @TempDir Path folder;
  private Path token;
  private LocalExecutions runner;

  @BeforeEach
  void open() throws Exception {
    token = Files.writeString(folder.resolve("server.token"), "secret");
    runner = ExecutionSamples.runner(folder, Mode.AUTO);
    assumeThat(runner.confiner().report().state())
        .as("%s", runner.confiner().report())
        .isEqualTo(State.ON);
  }

  @AfterEach
  void close() {
    runner.close();
  }

  private String check(Path bundle, String script) {
    return runner
        .sides()
        .checks()
        .run(List.of("sh", "-c", "exec 2>&1; " + script), bundle, Map.of(), Duration.ofSeconds(20));
  }

  @Test
  void withoutABundleAnEmptyFolderIsAllThatIsReached() {
    assertThat(check(null, "test -z \"$(ls -A)\" && echo x >file && test \"$(pwd -P)\" != /"))
        .isNull();
    assertThat(check(null, "cat " + token)).contains("ermission denied");
  }

  /** Whoever gives a program more than its part gives it nothing of the server's own. */
  @Test
  void noFolderOpensWhatTheServerHides() throws Exception {
    Path below = Files.createDirectories(folder.resolve("below"));
    for (Path around : List.of(Path.of("/"), Path.of("/."), folder, below.resolve(".."))) {
      assertThat(check(around, "cat " + token)).as("%s", around).contains("ermission denied");
    }
  }

  @Test
  void nothingStaysOfWhatACheckWrites() throws Exception {
    Path bundle = Files.createDirectories(folder.resolve("bundle"));
    Files.writeString(bundle.resolve("file"), "content");
    assertThat(check(bundle, "grep content file && f=$(mktemp) && echo x >$f; echo $f; exit 1"))
        .contains("exit code 1: " + folder.toRealPath().resolve("tmp"));
    for (String place : List.of("/tmp", "/var/tmp", "/dev/shm", bundle.toString())) {
      assertThat(check(bundle, "echo x >%s/mn-check-$$".formatted(place)))
          .as(place)
          .contains("ermission denied");
    }
    try (var left = Files.walk(folder.resolve("tmp"))) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void processesThatACheckLeavesAreEnded() {
    String seconds = "3317." + ProcessHandle.current().pid();
    String left = "setsid env -i sleep %s </dev/null >/dev/null 2>&1 &".formatted(seconds);
    assertThat(check(null, left)).isNull();
    LocalExecutionsIT.until(
        () -> ProcessHandle.allProcesses().noneMatch(process -> isArgument(process, seconds)));
  }

  private static boolean isArgument(ProcessHandle process, String word) {
    return process.info().arguments().filter(all -> List.of(all).contains(word)).isPresent();
  }
}

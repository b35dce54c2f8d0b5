package io.mirrorneuron.runtime.exec;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.mirrorneuron.config.Confinement.Mode;
import io.mirrorneuron.runtime.exec.confine.Confiner.State;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of a workspace that a confined program left as it was are those of a later program. */
class SpareWorkspacesIT {
  /** Reads what it had and what others may have, and writes where it could, for two seconds. */
  private static final String SPY =
      """
      import os, time
      own = os.environ["MN_WORKDIR"]
      name = "/mirror_neuron_input.json"
      held = open(own + name)
      above, number = own.rsplit("/", 1)
      temporary = os.open(own + "/.tmp", os.O_RDONLY)
      places = [above + "/%d" % (int(number) + i) for i in range(4)] + ["/proc/self/cwd"]
      def reopened():
          os.lseek(held.fileno(), 0, 0)
          return os.read(held.fileno(), 1000).decode()
      def made():
          if os.path.exists(own):
              raise OSError("not yet another one's")
          return os.open("mine", os.O_CREAT | os.O_WRONLY, dir_fd=temporary)
      tries = [reopened, made] + [lambda place=place: open(place + name).read() for place in places]
      end = time.time() + 2
      with open(os.environ["SEEN"], "w") as seen:
          while time.time() < end:
              for each in tries:
                  try:
                      seen.write("%s\\n" % each())
                  except OSError:
                      pass
              seen.flush()
      """;

  @TempDir Path folder;
  private Path run;
  private LocalExecutions runner;

  @BeforeEach
  void open() throws Exception {
    run = Files.createDirectories(folder.resolve("runs/run-1"));
    Files.writeString(run.resolve("spy.py"), SPY);
    runner = ExecutionSamples.runner(folder, Mode.AUTO);
    assumeThat(runner.confiner().report().state())
        .as("%s", runner.confiner().report())
        .isEqualTo(State.ON);
  }

  @AfterEach
  void close() {
    runner.close();
  }

  @Test
  void whatIsLeftOfAProgramSeesNothingOfTheNext() throws Exception {
    run(
        "first",
        """
        export SEEN=%1$s/seen
        setsid python3 %1$s/spy.py >/dev/null 2>&1 &
        while [ ! -s "$SEEN" ]; do sleep 0.02; done
        """
            .formatted(run));
    for (int i = 0; i < 30; i++) {
      Outcome next = run("next " + i, "cat mirror_neuron_input.json; ls -A; ls -A \"$TMPDIR\"");
      assertThat(next.stdout())
          .isEqualTo(
              """
              "next %d".tmp
              mirror_neuron_body.bin
              mirror_neuron_context.json
              mirror_neuron_input.json
              mirror_neuron_message.json
              """
                  .formatted(i));
    }
    assertThat(run.resolve("seen")).content().contains("first").doesNotContain("next");
  }

  @Test
  void aSecondAfterTheLastProgramNothingIsLeftOfThem() throws Exception {
    for (int i = 0; i < 3; i++) {
      run("one", "true");
    }
    File[] ofRuntime = folder.resolve("tmp").toFile().listFiles();
    assertThat(ofRuntime).hasSize(1);
    eventually("no workspace is left", () -> ofRuntime[0].list().length == 0);
  }

  private Outcome run(String body, String script) throws Exception {
    Execution execution = ExecutionSamples.command("sh", "-c", script);
    execution.message().put("body", body);
    Outcome outcome = Heard.start(runner, execution).outcome();
    assertThat(outcome.ending()).as("%s", outcome).isEqualTo(Ending.SUCCEEDED);
    return outcome;
  }
}

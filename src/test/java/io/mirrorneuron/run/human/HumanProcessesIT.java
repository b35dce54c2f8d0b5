package io.mirrorneuron.run.human;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.HumanRecord;
import io.mirrorneuron.human.HumanRequest.HumanType;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several processes on one run: the file decides, under its lock. */
@Timeout(120)
class HumanProcessesIT {
  private static final int REQUESTS = 60;

  @TempDir Path root;

  @Test
  void oneOfThemAnswersAndTheOthersHearOfIt() throws Exception {
    try (Scene scene = new Scene(root)) {
      scene.run("r");
      for (int i = 0; i < REQUESTS; i++) {
        scene.ask("r", "{'request_id': 'q%d'}".formatted(i));
      }
      List<Process> processes = new ArrayList<>();
      for (String name : List.of("ada", "bob", "eve")) {
        processes.add(answerer(name));
      }
      for (Process process : processes) {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
      }
      for (Process process : processes) {
        assertThat(process.waitFor()).isZero();
      }

      List<ObjectNode> lines = scene.lines("r", "human.jsonl");
      assertThat(lines).hasSize(2 * REQUESTS);
      assertThat(
              lines.stream()
                  .map(line -> HumanRecord.of(line))
                  .filter(record -> record.is(HumanType.HUMAN_INPUT_RECEIVED))
                  .map(HumanRecord::requestId)
                  .collect(Collectors.toSet()))
          .hasSize(REQUESTS);
      assertThat(scene.lines("r", "events.jsonl")).hasSize(REQUESTS);
      assertThat(scene.lines("r", "timeline.jsonl")).hasSize(REQUESTS);
    }
  }

  /** Returns when it waits for the word. */
  private Process answerer(String name) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Answerer.class.getName(),
                root.toString(),
                name,
                Integer.toString(REQUESTS))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out = process.inputReader();
    String line = out.readLine();
    while (line != null && !line.equals("ready")) {
      line = out.readLine();
    }
    assertThat(line).isEqualTo("ready");
    return process;
  }
}

package io.mirrorneuron.run.folder;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir Path root;
  private RunFolder folder;

  @BeforeEach
  void make() {
    folder = new RunSample(root).document("run.json", "{'status':'running'}").folder();
  }

  @Test
  void anUpdateKeepsWhatAProgramWritesMeanwhile() {
    List<ObjectNode> read = new ArrayList<>();
    folder.update(
        "run.json",
        run -> {
          read.add(run.deepCopy());
          if (read.size() == 1) {
            program("{\"status\":\"running\",\"mine\":1}");
          }
          return run.put("status", "completed");
        });

    assertThat(read).hasSize(2);
    assertThat(folder.read("run.json"))
        .contains(RunSample.object("{'status':'completed','mine':1}"));
  }

  @Test
  void aProgramThatNeverStopsWritingDoesNotHoldAnUpdateUp() {
    int[] count = {0};
    folder.update(
        "run.json",
        run -> {
          program("{\"count\":\"%s\"}".formatted("x".repeat(++count[0])));
          return run.put("status", "completed");
        });

    assertThat(folder.read("run.json").orElseThrow().path("status").asText())
        .isEqualTo("completed");
  }

  /** Without a lock, as programs do. */
  private void program(String json) {
    try {
      Files.writeString(folder.path().resolve("run.json"), json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package io.mirrorneuron.run.folder;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.testing.RunFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastLinesTest {
  @TempDir Path temp;

  private List<String> last(String content, int limit) {
    RunFolder run = new RunStore(temp, new RunWriter.Elsewhere()).open("r1");
    RunFiles.write(run.path(), "events.jsonl", content);
    return LastLines.of(run, RunLog.EVENTS, limit);
  }

  @Test
  void theEndIsReadInOrder() {
    assertThat(last("a\nb\nc\n", 2)).containsExactly("b", "c");
    assertThat(last("a\nb\nc", 2)).containsExactly("b", "c");
    assertThat(last("a\n\nb\n", 9)).containsExactly("a", "b");
    assertThat(last("a\n", 0)).isEmpty();
    assertThat(last("", 9)).isEmpty();
  }

  @Test
  void linesMayCrossTheBlocksThatAreRead() {
    List<String> lines =
        IntStream.range(0, 3000).mapToObj(i -> i + "-" + "é".repeat(i % 200)).toList();
    String content = lines.stream().collect(Collectors.joining("\n", "", "\n"));

    assertThat(last(content, 2500)).isEqualTo(lines.subList(500, 3000));
    assertThat(last(content, 5000)).isEqualTo(lines);
  }

  @Test
  void thereNeedNotBeALog() {
    assertThat(
            LastLines.of(
                new RunStore(temp, new RunWriter.Elsewhere()).open("r2"), RunLog.EVENTS, 5))
        .isEmpty();
  }
}

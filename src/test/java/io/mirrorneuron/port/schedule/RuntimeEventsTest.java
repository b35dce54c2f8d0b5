package io.mirrorneuron.port.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class RuntimeEventsTest {
  private static final Pattern WORD = Pattern.compile("`([a-z_]+)`");

  /** What webhooks may want is what the document says that the runtime tells. */
  @Test
  void theDocumentAndTheListOfTypesAreTheSame() throws IOException {
    List<String> rows =
        Files.readString(Path.of("docs/events.md"))
            .replaceFirst("(?s).*\\n## What the runtime tells\\n", "")
            .replaceFirst("(?s)\\n(## |\\*\\*).*", "")
            .lines()
            .filter(line -> line.startsWith("| `") && line.contains("| `runtime` |"))
            .map(line -> line.split("\\|")[1])
            .toList();
    List<String> documented =
        rows.stream()
            .flatMap(cell -> WORD.matcher(cell).results().map((MatchResult word) -> word.group(1)))
            .toList();

    assertThat(documented).containsExactlyInAnyOrderElementsOf(RuntimeEvents.TYPES);
    assertThat(RuntimeEvents.TYPES).containsAll(RuntimeEvents.FOR_WEBHOOKS);
  }
}

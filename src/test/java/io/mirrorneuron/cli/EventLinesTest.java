package io.mirrorneuron.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.cli.JobView.ProgressText;
import io.mirrorneuron.wire.JobEventFacts;
import io.mirrorneuron.wire.Json;
import java.io.PrintWriter;
import java.io.Writer;
import org.junit.jupiter.api.Test;

class EventLinesTest {
  private static final Output OUTPUT =
      new Output(new PrintWriter(Writer.nullWriter()), AnsiStyle.PLAIN, 80);

  @Test
  void theLinesOfAMessageAreSentences() {
    assertThat(Output.sentences("not allowed: add x\nMore is there.\n\nAsk:\nwhom\n"))
        .isEqualTo("not allowed: add x. More is there. Ask: whom");
  }

  @Test
  void eachWarningOfTheManifestIsALine() {
    String line =
        EventLines.line(
            Json.parseObject(
                "{\"type\":\"job_warnings\",\"timestamp\":\"2026-01-01T10:00:00.000Z\","
                    + "\"warnings\":[\"unknown member a\",\"b is\\nignored\"]}",
                "event"),
            OUTPUT);

    assertThat(line)
        .isEqualTo(
            "10:00:00.000Z  job            job_warnings\n    unknown member a\n    b is ignored");
  }

  @Test
  void aStepThatWaitsForItsParentsIsNoMistake() {
    JobEventFacts blocked =
        JobEventFacts.read(
            Json.parseObject(
                "{\"type\":\"workflow_step_blocked\",\"timestamp\":\"2026-01-01T10:00:00.000Z\","
                    + "\"step_id\":\"join\",\"reason\":\"x\","
                    + "\"blocked_on\":[{\"from\":\"a\"},{\"from\":\"b\"}]}",
                "event"));

    assertThat(ProgressText.line(blocked, OUTPUT))
        .isEqualTo("10:00:00.000Z  join           waits for a, b");
  }
}

package io.mirrorneuron.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.cli.JobView.LiveView;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.jline.terminal.TerminalBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveViewTest {
  private static final String WAITS = "  ? waits for a person: Publish this?";

  private LiveView view;

  @BeforeEach
  void open() throws IOException {
    ObjectNode details = Json.object();
    details.putObject("job").put("status", "running");
    view =
        new LiveView(
            TerminalBuilder.builder()
                .dumb(true)
                .streams(new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream())
                .build(),
            AnsiStyle.PLAIN,
            new JobProgress(JobDetailForm.read(details), System::currentTimeMillis));
    view.asked(List.of(new OpenQuestion("run-j", "review-1", "Publish this?")));
  }

  @AfterEach
  void close() {
    view.close();
  }

  private void event(String type) {
    ObjectNode event = Json.object().put("type", type);
    event.putObject("payload").put("request_id", "review-1");
    view.event(event);
  }

  private List<String> lines() {
    return view.lines(21);
  }

  @Test
  void anOpenQuestionIsShownWithTheCommandThatAnswersIt() {
    assertThat(lines()).containsSubsequence(WAITS, "    mn human respond run-j review-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"human_input_received", "human_input_timeout"})
  void whatIsClosedIsNotAskedAnyMore(String end) {
    event("human_input_requested");
    assertThat(lines()).contains(WAITS);

    event(end);
    assertThat(lines()).doesNotContain(WAITS);
    view.asked(List.of(new OpenQuestion("run-j", "review-1", "Publish this?")));
    assertThat(lines()).as("a look from before").doesNotContain(WAITS);

    event("human_input_requested");
    assertThat(lines()).as("asked anew").contains(WAITS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"job_completed", "job_failed", "job_cancelled"})
  void aJobThatHasEndedWaitsForNobody(String end) {
    event(end);

    assertThat(lines()).hasSize(1).noneMatch(line -> line.contains("waits for a person"));
  }
}

package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.Logs.HarmlessLines;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

/** What strangers write into messages of libraries stays text in a log. */
class HarmlessLinesTest {
  private static final String EVIL =
      "For input string: \"\033]0;owned\007\u009b31m\"\r\n2026-11-27 10:00:00 ERROR forged";

  private final LoggerContext loggers = new LoggerContext();

  private LoggingEvent event(Throwable thrown) {
    return new LoggingEvent(
        "here", loggers.getLogger("io.vertx.core"), Level.ERROR, EVIL, thrown, null);
  }

  @Test
  void aLineForPeopleSteersNoTerminalAndForgesNoOtherLine() {
    HarmlessLines.Text text = new HarmlessLines.Text();
    text.setContext(loggers);
    text.setPattern("%level %msg%n");
    text.start();
    String printed = text.doLayout(event(new IllegalStateException(EVIL)));
    assertThat(printed)
        .startsWith("ERROR For input string: \"?]0;owned??31m\"")
        .contains("IllegalStateException", "\tat io.mirrorneuron.app.HarmlessLinesTest")
        .doesNotContainPattern("[\\p{Cntrl}\\x80-\\x9f&&[^\n\t]]")
        .endsWith("\n");
    assertThat(printed.lines().skip(1)).allMatch(line -> line.matches("(\t| {4}).*"));
  }

  private static String json(LoggingEvent event) {
    return new String(new HarmlessLines.JsonLines().encode(event), StandardCharsets.UTF_8);
  }

  @Test
  void aLineForProgramsIsOneHarmlessDocument() {
    String line = json(event(new IllegalStateException(EVIL)));
    assertThat(line).doesNotContainPattern("[\\p{Cntrl}\\x80-\\x9f&&[^\n]]").containsOnlyOnce("\n");
    JsonNode reported = Json.parseObject(line, "line");
    assertThat(reported.path("message").asText()).contains("owned");
    assertThat(reported.path("error").asText())
        .contains("IllegalStateException", "at io.mirrorneuron.app.HarmlessLinesTest");
  }

  @Test
  void whatAMessageNamesAreMembersOfTheLine() {
    LoggingEvent event =
        new LoggingEvent(
            "here",
            loggers.getLogger("io.mirrorneuron.x"),
            Level.WARN,
            "{} of run {} of job {} failed, request {}",
            null,
            new Object[] {"a file", "run-7", "j-7", "req_1"});
    event.setTimeStamp(1_796_173_925_575L);
    assertThat(Json.parseObject(json(event), "line"))
        .isEqualTo(
            Json.parseObject(
                "{\"timestamp\":\"2026-12-02T01:12:05.575Z\",\"level\":\"WARN\","
                    + "\"logger\":\"io.mirrorneuron.x\",\"thread\":\""
                    + Thread.currentThread().getName()
                    + "\",\"message\":\"a file of run run-7 of job j-7 failed, request req_1\","
                    + "\"run_id\":\"run-7\",\"job_id\":\"j-7\",\"request_id\":\"req_1\"}",
                "line"));
  }

  @Test
  void aQuestionToPeopleIsNoRequestOfACaller() {
    LoggingEvent event =
        new LoggingEvent(
            "here",
            loggers.getLogger("x"),
            Level.WARN,
            "what is due of request {} of run {} cannot be recorded",
            null,
            new Object[] {"q", "run-7"});
    event.addKeyValuePair(new KeyValuePair("job_id", "j-7"));
    JsonNode line = Json.parseObject(json(event), "line");
    assertThat(line.has("request_id")).isFalse();
    assertThat(line.path("run_id").asText()).isEqualTo("run-7");
    assertThat(line.path("job_id").asText()).isEqualTo("j-7");
  }
}

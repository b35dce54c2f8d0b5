package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

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

  @Test
  void aLineForProgramsIsOneHarmlessDocument() {
    HarmlessLines.JsonLines json = new HarmlessLines.JsonLines();
    loggers.setMDCAdapter(new LogbackMDCAdapter());
    json.setContext(loggers);
    json.setWithFormattedMessage(true);
    json.start();
    String line = new String(json.encode(event(null)), StandardCharsets.UTF_8);
    assertThat(line).doesNotContainPattern("[\\p{Cntrl}\\x80-\\x9f&&[^\n]]").containsOnlyOnce("\n");
    assertThat(Json.parseObject(line, "line").path("formattedMessage").asText()).contains("owned");
  }
}

package io.mirrorneuron.app;

import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.mirrorneuron.cli.Output;
import java.nio.charset.StandardCharsets;

/**
 * Log lines in which nothing steers a terminal or looks like a line of another event, whoever wrote
 * what a library tells in a message: control characters become question marks, and further lines of
 * an event are indented.
 */
final class HarmlessLines {
  private HarmlessLines() {}

  /** For people. */
  static final class Text extends PatternLayout {
    @Override
    public String doLayout(ILoggingEvent event) {
      String lines = Output.harmless(super.doLayout(event)).stripTrailing();
      return lines.replaceAll("\n(?!\t)", "\n    ") + System.lineSeparator();
    }
  }

  /** For programs; JSON escapes most of it, but not the control characters above 127. */
  static final class JsonLines extends JsonEncoder {
    @Override
    public byte[] encode(ILoggingEvent event) {
      String line = new String(super.encode(event), StandardCharsets.UTF_8);
      return Output.harmless(line).getBytes(StandardCharsets.UTF_8);
    }
  }
}

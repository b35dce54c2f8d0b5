package io.mirrorneuron.app;

import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

  /**
   * For programs: an object of {@code timestamp, level, logger, thread, message}, with {@code
   * job_id, run_id, request_id} where the message names them, and {@code error} of what was thrown.
   * JSON escapes most of it, but not the control characters above 127.
   */
  static final class JsonLines extends EncoderBase<ILoggingEvent> {
    private static final Pattern NAMED =
        Pattern.compile("(?:\\b(job|run|request) )?\\{}(?<more> of )?");

    @Override
    public byte[] headerBytes() {
      return null;
    }

    @Override
    public byte[] footerBytes() {
      return null;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
      Map<String, String> line = new LinkedHashMap<>();
      line.put("timestamp", Json.timestamp(Instant.ofEpochMilli(event.getTimeStamp())));
      line.put("level", event.getLevel().toString());
      line.put("logger", event.getLoggerName());
      line.put("thread", event.getThreadName());
      line.put("message", event.getFormattedMessage());
      addIds(event, line);
      if (event.getThrowableProxy() != null) {
        line.put("error", ThrowableProxyUtil.asString(event.getThrowableProxy()));
      }
      return (Output.harmless(Json.write(line)) + '\n').getBytes(StandardCharsets.UTF_8);
    }

    /** A message of ours says {@code job {}} before the id of one; others come as pairs. */
    private static void addIds(ILoggingEvent event, Map<String, String> line) {
      Object[] arguments = event.getArgumentArray();
      Matcher named = NAMED.matcher(String.valueOf(event.getMessage()));
      for (int i = 0; arguments != null && i < arguments.length && named.find(); i++) {
        String what = named.group(1);
        boolean isPeoples = "request".equals(what) && named.group("more") != null;
        if (what != null && !isPeoples) {
          line.putIfAbsent(what + "_id", String.valueOf(arguments[i]));
        }
      }
      if (event.getKeyValuePairs() != null) {
        event.getKeyValuePairs().forEach(pair -> line.put(pair.key, String.valueOf(pair.value)));
      }
    }
  }
}

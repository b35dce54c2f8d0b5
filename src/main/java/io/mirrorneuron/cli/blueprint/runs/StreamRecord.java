package io.mirrorneuron.cli.blueprint.runs;

import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A record of the stream of a run, {@code mn.blueprint.stream.v1}, in the forms in which the
 * original client prints it.
 */
record StreamRecord(RestAnswer json) {
  private record Told(String ts, String type, Log payload) {}

  private record Log(String level, String component, String message) {}

  /** As one line of JSON. */
  String line() {
    return json.without("seq").line();
  }

  /** What its file has, as one line of JSON. */
  String payload() {
    return json.member("payload").line();
  }

  /** {@code TIMESTAMP TYPE {the rest}}. */
  String event() {
    Told told = json.as(Told.class);
    return "%s %s %s"
        .formatted(
            word(told.ts()),
            word(told.type()),
            json.member("payload").without("ts", "timestamp", "type").line());
  }

  /** {@code TIMESTAMP LEVEL COMPONENT MESSAGE}; further lines stand below, a bit to the right. */
  String log() {
    Told told = json.as(Told.class);
    Log log = told.payload();
    String message = Objects.toString(log.message(), "");
    return "%s %s %s %s"
        .formatted(
            word(told.ts()),
            word(Objects.toString(log.level(), "INFO")),
            word(Objects.toString(log.component(), "-")),
            message.lines().map(Output::printed).collect(Collectors.joining("\n    ")))
        .stripTrailing();
  }

  private static String word(String text) {
    return Output.printable(Objects.toString(text, ""));
  }
}

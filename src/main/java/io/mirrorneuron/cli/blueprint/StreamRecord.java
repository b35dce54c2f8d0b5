package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A record of the stream of a run, {@code mn.blueprint.stream.v1}, in the forms in which the
 * original client prints it.
 *
 * @param reported the record, which is read only when it is printed: most of a long run are not
 */
record StreamRecord(Supplier<RestAnswer> reported) {
  private record Head(String ts, String type, Log payload) {}

  private record Log(String level, String component, String message) {}

  /** As one line of JSON. */
  String line() {
    return reported.get().without("seq").line();
  }

  /** What its file has, as one line of JSON. */
  String payload() {
    return reported.get().member("payload").line();
  }

  /** {@code TIMESTAMP TYPE {the rest}}. */
  String event() {
    RestAnswer json = reported.get();
    Head head = json.as(Head.class);
    return "%s %s %s"
        .formatted(
            word(head.ts()),
            word(head.type()),
            json.member("payload").without("ts", "timestamp", "type").line());
  }

  /** {@code TIMESTAMP LEVEL COMPONENT MESSAGE}; further lines stand below, a bit to the right. */
  String log() {
    RestAnswer json = reported.get();
    Head head = json.as(Head.class);
    Log log = Objects.requireNonNullElse(head.payload(), new Log(null, null, null));
    String message = Objects.toString(log.message(), "");
    return "%s %s %s %s"
        .formatted(
            word(head.ts()),
            word(Objects.toString(log.level(), "INFO")),
            word(Objects.toString(log.component(), "-")),
            message.lines().map(Output::printed).collect(Collectors.joining("\n    ")))
        .stripTrailing();
  }

  private static String word(String text) {
    return Output.printable(Objects.toString(text, ""));
  }
}

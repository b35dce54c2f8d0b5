package io.mirrorneuron.cli.run;

import io.mirrorneuron.cli.AnsiStyle;
import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.Objects;
import java.util.function.Predicate;

/** Records of runs as lines: for people, or as they are for programs. */
final class RecordLines {
  private final ApiClient client;

  RecordLines(ApiClient client) {
    this.client = client;
  }

  /**
   * A record of the stream of a run.
   *
   * @param channel null in the event that ends the stream
   */
  private record Streamed(Long seq, String ts, String channel, String type, LogRecord payload) {}

  /**
   * Follows a stream of a run to its end. A connection that is cut off is made again, and goes on
   * behind the last record.
   *
   * @param path of the stream, with a query
   * @param wanted which records are printed
   */
  void follow(RestClient rest, String path, Predicate<LogRecord> wanted)
      throws InterruptedException {
    long[] last = {0};
    boolean[] ended = {false};
    while (!ended[0]) {
      rest.follow(
          path + "&after=" + last[0],
          data -> {
            Streamed record = LenientJson.read(Json.parseObject(data, "record"), Streamed.class);
            if (record.channel() == null) {
              ended[0] = true;
            } else {
              last[0] = Objects.requireNonNullElse(record.seq(), last[0]);
              print(record, data, wanted);
            }
          });
    }
  }

  private void print(Streamed record, String data, Predicate<LogRecord> wanted) {
    LogRecord payload = Objects.requireNonNullElse(record.payload(), LogRecord.NONE);
    if (!wanted.test(payload)) {
      return;
    }
    Output output = client.output();
    if (client.json()) {
      output.line(data);
    } else if (record.channel().equals("logs")) {
      output.line(line(payload, record.ts()));
    } else {
      output.line(
          "%s  %-14s %s%s"
              .formatted(
                  output.paint().faint(time(record.ts())),
                  Output.printable(payload.place(record.channel())),
                  Output.printable(Objects.toString(record.type(), "")),
                  output.paint().faint(payload.detail()))
              .stripTrailing());
    }
  }

  /** {@code time level step message}. */
  String line(LogRecord record, String otherwise) {
    AnsiStyle paint = client.output().paint();
    String level = Objects.requireNonNullElse(record.level(), "INFO");
    return "%s  %s %-14s %s"
        .formatted(
            paint.faint(time(Objects.requireNonNullElse(record.ts(), otherwise))),
            paint.level("%-7s".formatted(Output.printable(level)), level),
            Output.printable(record.place("run")),
            Output.printable(Objects.toString(record.message(), "")))
        .stripTrailing();
  }

  /** The time of day in UTC. */
  private static String time(String timestamp) {
    return Output.printable(Objects.toString(timestamp, "").replaceFirst("^[^T]*T", ""));
  }
}

package io.mirrorneuron.cli.run;

import io.mirrorneuron.cli.AnsiStyle;
import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Records of runs as lines: for people, or as they are for programs. */
final class RecordLines {
  private static final int PAUSE_MS = 500;

  private final ApiClient client;
  private final Output output;
  private final Set<String> ofPeople = new HashSet<>();

  RecordLines(ApiClient client) {
    this.client = client;
    this.output = client.output();
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
    ReconnectNotice absence = new ReconnectNotice(client);
    Consumer<String> reader =
        data -> {
          absence.over();
          Streamed record = LenientJson.read(Json.parseObject(data, "record"), Streamed.class);
          if (record.channel() == null) {
            ended[0] = true;
          } else {
            last[0] = Objects.requireNonNullElse(record.seq(), last[0]);
            print(record, data, wanted);
          }
        };
    while (!ended[0]) {
      try {
        rest.follow(path + "&after=" + last[0], reader);
        absence.over();
      } catch (MnException e) {
        absence.met(e);
      }
      if (!ended[0]) { // a server that comes back is not besieged
        new CountDownLatch(1).await(PAUSE_MS, TimeUnit.MILLISECONDS);
      }
    }
  }

  private void print(Streamed record, String data, Predicate<LogRecord> wanted) {
    LogRecord payload = Objects.requireNonNullElse(record.payload(), LogRecord.NONE);
    if (!wanted.test(payload) || !client.json() && isKnown(record, payload)) {
      return;
    }
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

  /** What concerns people is in two channels, events and human, with the same id. */
  private boolean isKnown(Streamed record, LogRecord payload) {
    return Objects.toString(record.type(), "").startsWith("human_")
        && payload.eventId() != null
        && !ofPeople.add(payload.eventId());
  }

  /** {@code time level step message}. */
  String line(LogRecord record, String otherwise) {
    AnsiStyle paint = output.paint();
    String level = Objects.requireNonNullElse(record.level(), "INFO");
    return "%s  %s %-14s %s"
        .formatted(
            paint.faint(time(Objects.requireNonNullElse(record.ts(), otherwise))),
            paint.level("%-7s".formatted(Output.printable(level)), level),
            Output.printable(record.place("run")),
            message(record))
        .stripTrailing();
  }

  /** What was logged; more lines than one stand below, a bit to the right. */
  private static String message(LogRecord record) {
    return Objects.toString(record.message(), "")
        .lines()
        .map(Output::printed)
        .collect(Collectors.joining("\n    "));
  }

  private String time(String timestamp) {
    return Output.printable(output.clock(Objects.toString(timestamp, "")));
  }
}

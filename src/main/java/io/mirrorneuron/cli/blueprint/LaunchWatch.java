package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.ClientOptions;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.wire.Json;
import java.util.Map;

/** Shows the phases of a launch until it is over. */
final class LaunchWatch {
  private static final Map<String, String> MARKS =
      Map.of("completed", "✓", "failed", "✗", "skipped", "-", "running", "›");

  private final ClientOptions client;
  private boolean isLineOpen;

  private record Event(String phase, String status, String message) {}

  private record Change(Event latest) {}

  private record End(boolean completed) {}

  LaunchWatch(ClientOptions client) {
    this.client = client;
  }

  /** Returns what is told of the launch once it is over, well or not. */
  RestAnswer untilEnd(RestClient rest, String progressId) throws InterruptedException {
    String path = "/blueprints/launch/progress/" + RestClient.part(progressId);
    RestAnswer progress;
    do {
      rest.follow(path + "/stream", this::show);
      progress = rest.get(path);
    } while (!progress.as(End.class).completed()); // the stream was cut off
    clear();
    return progress;
  }

  private void show(String data) {
    Event event = Json.read(data, Change.class, "event").latest();
    if (event == null || client.json() || event.phase().equals("launch")) {
      return;
    }
    String mark = MARKS.getOrDefault(event.status(), "?");
    String line =
        "%s %-15s %s"
            .formatted(
                client.screen().paint().status(mark, event.status()),
                Output.printable(event.phase()),
                Output.printable(event.message()));
    boolean goesOn = event.status().equals("running");
    if (client.screen().isLive()) {
      clear();
      client.out().print(goesOn ? line : line + System.lineSeparator());
      client.out().flush();
      isLineOpen = goesOn;
    } else if (!goesOn) {
      client.output().line(line);
    }
  }

  private void clear() {
    if (isLineOpen) {
      client.out().print("\r\u001b[2K");
      client.out().flush();
      isLineOpen = false;
    }
  }
}

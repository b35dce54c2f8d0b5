package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.ClientOptions;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.util.List;
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

  private record Told(List<Object> events) {}

  LaunchWatch(ClientOptions client) {
    this.client = client;
  }

  /**
   * Launches, and shows it to its end. A launch goes on when the connection is cut, also before the
   * answer: then the server is asked whether it has it.
   *
   * @return what is told of the launch once it is over, well or not
   * @throws MnException also when the server cannot be reached any more, with what to do
   */
  RestAnswer ofLaunch(RestClient rest, Map<String, Object> body, String progressId)
      throws InterruptedException {
    try {
      rest.post("/blueprints/launch/runs?wait=0s", body);
    } catch (MnException e) {
      if (!isCut(e) || !isKnown(rest, progressId)) {
        throw e;
      }
    }
    try {
      return untilEnd(rest, progressId);
    } catch (MnException e) {
      throw isCut(e)
          ? new MnException(
              e.code(),
              e.error(),
              "%s; the launch goes on: GET /blueprints/launch/progress/%s tells of it"
                  .formatted(e.getMessage(), progressId),
              null,
              e)
          : e;
    }
  }

  private static boolean isCut(MnException e) {
    return e.error().equals(RestClient.UNREACHABLE) || e.code() == ErrorCode.TIMEOUT;
  }

  private static boolean isKnown(RestClient rest, String progressId) throws InterruptedException {
    try {
      return !rest.get(path(progressId)).as(Told.class).events().isEmpty();
    } catch (MnException e) {
      return false; // the first failure says more
    }
  }

  private static String path(String progressId) {
    return "/blueprints/launch/progress/" + RestClient.part(progressId);
  }

  /** Returns what is told of the launch once it is over, well or not. */
  private RestAnswer untilEnd(RestClient rest, String progressId) throws InterruptedException {
    String path = path(progressId);
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

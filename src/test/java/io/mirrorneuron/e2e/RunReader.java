package io.mirrorneuron.e2e;

import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.SocketClient;
import io.mirrorneuron.wire.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * A client that follows a run in one form, over connections that do not hold and servers that die,
 * and keeps the bytes of each record that it has got.
 */
final class RunReader {
  static final String CHANNELS = "channels=events,logs,human,resources,errors,timeline";
  private static final String RECORD = "{\"schema\":\"mn.blueprint.stream.v1\"";

  private static final long PAUSE_NANOS = 20_000_000;

  enum Form {
    SSE,
    SOCKET,
    BATCHES,
    REALTIME,
    LIST
  }

  final Form form;
  final List<String> records = new ArrayList<>();
  private final PackagedServer server;
  private final String run;
  private final Random random;

  /** The number of the last record, and its id. */
  private long seq;

  private String id = "0";
  private volatile boolean ended;
  private volatile int cuts;
  private volatile boolean left;
  private volatile Throwable trouble;

  RunReader(Form form, PackagedServer server, String run, long seed) {
    this.form = form;
    this.server = server;
    this.run = run;
    this.random = new Random(seed);
  }

  /** Whether it has got the end; what went wrong last, if not. */
  void requireEnded() {
    if (!ended) {
      throw new AssertionError(form + " has not ended behind " + id, trouble);
    }
  }

  /** Makes no further connection. */
  void leave() {
    left = true;
  }

  /** Connections that this client has cut itself. */
  int cuts() {
    return cuts;
  }

  /**
   * Reads until the run has ended, whatever comes between.
   *
   * @param cuts how often to cut the connection
   */
  void readToTheEnd(IntSupplier cuts) {
    while (!ended && !left) {
      boolean cut = form != Form.LIST && this.cuts < cuts.getAsInt();
      int enough = cut ? records.size() + 1 + random.nextInt(40) : Integer.MAX_VALUE;
      try {
        read(enough);
        this.cuts += cut && !ended ? 1 : 0;
      } catch (IOException | RuntimeException | AssertionError e) {
        trouble = e; // as long as the server is away: it comes back, elsewhere
        LockSupport.parkNanos(PAUSE_NANOS);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private void read(int enough) throws IOException, InterruptedException {
    String stream = "/runs/" + run + "/stream";
    switch (form) {
      case SSE -> events(stream + "?" + CHANNELS, enough);
      case SOCKET -> frames(stream + "/ws?" + CHANNELS + "&after=" + seq, null, enough);
      case BATCHES -> frames(stream + "/ws?batch=true&" + CHANNELS + "&after=" + id, null, enough);
      case REALTIME ->
          frames(
              "/realtime",
              "{\"action\":\"subscribe\",\"topic\":\"run:%s?%s\",\"after\":%d}"
                  .formatted(run, CHANNELS, seq),
              enough);
      case LIST -> {
        String query = "&limit=" + (1 + random.nextInt(1000)) + "&after=" + seq;
        int before = records.size();
        take(server.send(page(stream + "?" + CHANNELS + query)).body(), enough);
        LockSupport.parkNanos(records.size() == before ? PAUSE_NANOS : 0);
      }
    }
  }

  private HttpRequest.Builder page(String path) {
    return server.request(path).header("Accept", "application/json");
  }

  private void events(String path, int enough) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        server.request(path).header("Accept", "text/event-stream").header("Last-Event-ID", id);
    HttpResponse<InputStream> answer =
        server.send(request, HttpResponse.BodyHandlers.ofInputStream());
    try (var lines =
        new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
      while (!ended && records.size() < enough) {
        String line = lines.readLine();
        if (line == null) {
          return;
        }
        ended = line.equals("event: end");
        if (line.startsWith("data: " + RECORD)) {
          take(line, enough);
        }
      }
    }
  }

  private void frames(String path, String hello, int enough) {
    URI uri = URI.create("http://" + server.api() + "/api/v1" + path);
    try (SocketClient socket = SocketClient.open(uri, null)) {
      if (hello != null) {
        socket.send(hello);
      }
      while (!ended && records.size() < enough) {
        take(socket.nextText(), enough);
      }
    }
  }

  /** Takes the records that stand in a text, whatever is around them, as they stand there. */
  private void take(String text, int enough) {
    int at = text.indexOf(RECORD);
    while (at >= 0 && records.size() < enough) {
      int end = end(text, at);
      String record = text.substring(at, end);
      var read = Json.parseObject(record, "record");
      seq = read.path("seq").asLong();
      id = read.path("id").asText();
      records.add(record);
      at = text.indexOf(RECORD, end);
    }
    ended =
        at < 0
            && (text.startsWith("{\"event\":\"end\"")
                || text.startsWith("{\"type\":\"end\"")
                || text.endsWith(",\"ended\":true}"));
  }

  /** Where the object that begins here ends. */
  private static int end(String text, int from) {
    int depth = 0;
    boolean quoted = false;
    for (int i = from; ; i++) {
      char c = text.charAt(i);
      if (quoted) {
        i += c == '\\' ? 1 : 0;
        quoted = c != '"';
      } else {
        quoted = c == '"';
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        if (depth == 0) {
          return i + 1;
        }
      }
    }
  }
}

package io.mirrorneuron.e2e;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.e2e.RunReader.Form;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What clients see of a run, in every form of its stream, is what is in its folder: while programs
 * append to all files at once, close logs and cut their events off, connections are cut at random
 * and the server is killed. {@code -Dcuts=100} cuts more often.
 *
 * <p>Each program notes a line before it writes it and after it has: what was noted only before may
 * or may not be there, since programs are killed too.
 */
@Timeout(240)
@Proof.Kills
class RunStreamsE2E {
  private static final long SEED = Seeds.one();
  private static final int KILLS = 4;
  private static final int CUTS = Integer.getInteger("cuts", 20);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Appends to the file of a channel; {@code put channel text}. */
  private static final String PUT =
      """
      cd '%s'; run="$MN_RUNS_ROOT/$MN_RUN_ID"; me="$MN_EXECUTION_ID"; n=0
      put() {
        n=$((n+1)); line='{"ts":"'$(date -u +%%FT%%T.%%3NZ)'","type":"wrote","by":"'$me'","n":'$n'}'
        echo "$line" >> "$1.$me.begun"
        if [ "$1" = held ]; then echo "$line" >&8; else echo "$line" >> "$run/$1.jsonl"; fi
        echo "$line" >> "$1.$me.done"
      }
      exec 9>> lock
      """;

  /** Events only while nobody cuts them off. */
  private static final String WRITER =
      PUT
          + """
          while [ ! -e stop ]; do
            flock 9; put events; put events; flock -u 9
            put logs; put human; put resources; put errors; put timeline; sleep 0.01
          done
          """;

  /** Keeps its log open, whatever others do to it. */
  private static final String HOLDER =
      PUT
          + """
          exec 8>> "$run/logs.jsonl"
          while [ ! -e stop ]; do put held; sleep 0.01; done
          """;

  /** Cuts events off when all are told, as old libraries do at their start, and closes logs. */
  private static final String CUTTER =
      PUT
          + """
          while [ ! -e stop ]; do
            flock 9; put events; n=$((n+1)); : > "cut.$me.$n.asked"
            while [ ! -e "cut.$me.$n.granted" -a ! -e stop ]; do sleep 0.02; done
            if [ -e "cut.$me.$n.granted" ]; then : > "$run/events.jsonl"; fi
            put events; flock -u 9
            i=101; while [ -e "$run/logs.$i.jsonl" ]; do i=$((i+1)); done
            mv "$run/logs.jsonl" "$run/logs.$i.jsonl"
            sleep 0.5
          done
          """;

  @TempDir Path folder;
  private final Random random = new Random(SEED);
  private Path notes;
  private PackagedServer server;
  private List<RunReader> readers = List.of();

  @BeforeEach
  void start() throws IOException {
    notes = Files.createDirectory(folder.resolve("shared"));
    server = PackagedServer.start(folder.resolve("home"));
  }

  @AfterEach
  void stop() {
    readers.forEach(RunReader::leave);
    create(notes.resolve("stop"));
    create(notes.resolve("over"));
    if (server.isAlive()) {
      server.terminate(); // closes the streams that clients still read
    }
    server.close();
  }

  @Test
  void whatEveryClientSeesIsWhatTheStoreHas() throws Exception {
    String job =
        server.submit(
            SampleManifests.fanOut(
                "watched", List.of("w1", "w2", "holder", "cutter"), this::script));
    String run = server.get("/jobs/" + job).at("/job/run_id").asText();
    Path files = folder.resolve("home/runs").resolve(run);
    readers =
        Arrays.stream(Form.values())
            .map(form -> new RunReader(form, server, run, random.nextLong()))
            .toList();
    List<Thread> threads = new ArrayList<>();
    for (RunReader reader : readers) {
      threads.add(Thread.startVirtualThread(() -> reader.readToTheEnd(() -> CUTS / 4)));
    }
    Map<String, List<ObjectNode>> snapshots = new ConcurrentHashMap<>();
    for (String path :
        List.of("/jobs/" + job + "/workflow-progress", "/runs/" + run + "/resources")) {
      snapshots.put(path, new ArrayList<>());
      threads.add(Thread.startVirtualThread(() -> follow(path, snapshots.get(path))));
    }
    Thread granter = Thread.startVirtualThread(() -> grantCuts(run));

    for (int kill = 0; kill < KILLS; kill++) {
      liveFor(300 + random.nextInt(2000));
      server.kill9();
      liveFor(random.nextInt(200));
      server.restart();
    }
    Eventually.eventually(
        "all cuts",
        PATIENCE,
        () -> readers.stream().mapToInt(RunReader::cuts).sum() >= CUTS && notes("granted") > 2);
    create(notes.resolve("stop"));
    server.awaitEnd(job);
    for (Thread thread : threads) {
      thread.join(PATIENCE);
    }
    granter.join();
    readers.forEach(RunReader::requireEnded);

    List<String> reported = readers.getFirst().records;
    System.out.printf("%d records, %d cuts of events%n", reported.size(), notes("granted"));
    for (RunReader reader : readers) {
      assertThat(reader.records).as("as %s", reader.form).isEqualTo(reported);
    }
    List<ObjectNode> records = reported.stream().map(r -> Json.parseObject(r, "record")).toList();
    assertThat(records)
        .extracting(record -> record.path("seq").asLong())
        .isEqualTo(LongStream.rangeClosed(1, reported.size()).boxed().toList());
    requireFilesReported(records, files);
    requireNotesReported(records);
    requireEventsOf(job, records);
    snapshots.forEach(this::requireLastIsAsItStands);
  }

  private String[] script(String agent) {
    String script =
        switch (agent) {
          case "cutter" -> CUTTER;
          case "holder" -> HOLDER;
          default -> WRITER;
        };
    return new String[] {"sh", "-c", script.formatted(notes)};
  }

  private static void liveFor(int millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    Eventually.eventually("time passes", () -> System.nanoTime() > end);
  }

  private long notes(String ending) {
    return notes.toFile().list((folder, name) -> name.endsWith("." + ending)).length;
  }

  /** Keeps the snapshots of a stream until it ends, over as many servers as that takes. */
  private void follow(String path, List<ObjectNode> snapshots) {
    boolean ended = false;
    while (!ended && !Files.exists(notes.resolve("over"))) {
      String after = snapshots.isEmpty() ? "" : snapshots.getLast().path("seq").asText();
      HttpRequest.Builder request =
          server.request(path + "/stream").header("Accept", "text/event-stream");
      if (!after.isEmpty()) {
        request.header("Last-Event-ID", after);
      }
      try (Stream<String> lines =
          server.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
        for (String line : (Iterable<String>) lines::iterator) {
          ended |= line.equals("event: end");
          if (!ended && line.startsWith("data: {")) {
            snapshots.add(Json.parseObject(line.substring(6), "snapshot"));
          }
        }
      } catch (AssertionError | UncheckedIOException e) {
        liveFor(20); // the server is away: it comes back, elsewhere
      }
    }
  }

  /** What is told last is what is told when asked; no snapshot is told twice. */
  private void requireLastIsAsItStands(String path, List<ObjectNode> snapshots) {
    assertThat(snapshots).as(path).isNotEmpty();
    assertThat(snapshots)
        .as(path)
        .extracting(snapshot -> snapshot.path("seq").asLong())
        .doesNotHaveDuplicates();
    List<String> lasting = List.of("status", "steps", "agent_count", "sample_count", "llm");
    assertThat(snapshots.getLast().deepCopy().retain(lasting))
        .as(path)
        .isNotEmpty()
        .isEqualTo(server.get(path).retain(lasting));
  }

  /** Lets events be cut off as soon as a client has seen all of them. */
  private void grantCuts(String run) {
    Set<String> reported = new HashSet<>();
    long after = 0;
    while (!Files.exists(notes.resolve("stop"))) {
      HttpRequest.Builder request =
          server
              .request("/runs/" + run + "/stream?channels=events&limit=5000&after=" + after)
              .header("Accept", "application/json");
      ObjectNode page =
          server
              .trySend(request)
              .filter(answer -> answer.statusCode() == 200)
              .map(answer -> Json.parseObject(answer.body(), "page"))
              .orElseGet(Json::object);
      page.path("data").forEach(record -> reported.add(Json.write(record.path("payload"))));
      after = page.path("next").asLong(after);
      for (String asked : notes.toFile().list((folder, name) -> name.endsWith(".asked"))) {
        if (reported.containsAll(noted("events", "done"))) {
          create(notes.resolve(asked.replace(".asked", ".granted")));
        }
      }
      liveFor(20);
    }
  }

  private static void create(Path file) {
    try {
      Files.write(file, new byte[0]);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Lines that programs have noted of a channel. */
  private Set<String> noted(String channel, String ending) {
    Set<String> lines = new TreeSet<>();
    for (String name : notes.toFile().list()) {
      if (name.startsWith(channel + ".") && name.endsWith("." + ending)) {
        lines.addAll(whole(notes.resolve(name)));
      }
    }
    return lines;
  }

  /** The lines of a file that have an end. */
  private static List<String> whole(Path file) {
    try {
      String text = Files.readString(file);
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> payloads(List<ObjectNode> records, String channel) {
    return records.stream()
        .filter(record -> record.path("channel").asText().equals(channel))
        .map(record -> Json.write(record.path("payload")))
        .toList();
  }

  /** Every line of every file, each as often as it is there; of events also those cut off. */
  private static void requireFilesReported(List<ObjectNode> records, Path files) {
    for (String channel : List.of("events", "logs", "human", "resources", "errors", "timeline")) {
      List<String> lines =
          Arrays.stream(
                  files
                      .toFile()
                      .list((folder, name) -> name.matches(channel + "(\\.\\d+)?\\.jsonl")))
              .map(files::resolve)
              .flatMap(file -> whole(file).stream())
              .map(line -> Json.write(Json.parseObject(line, "line")))
              .toList();
      if (channel.equals("events")) {
        assertThat(payloads(records, channel))
            .as(channel)
            .doesNotHaveDuplicates()
            .containsAll(lines);
      } else {
        assertThat(payloads(records, channel))
            .as(channel)
            .containsExactlyInAnyOrderElementsOf(lines);
      }
    }
  }

  private void requireNotesReported(List<ObjectNode> records) {
    for (String channel :
        List.of("events", "logs", "held", "human", "resources", "errors", "timeline")) {
      Map<String, Long> reported =
          payloads(records, channel.equals("held") ? "logs" : channel).stream()
              .collect(groupingBy(identity(), counting()));
      assertThat(reported.keySet()).as(channel).containsAll(noted(channel, "done"));
      assertThat(reported.values()).as(channel).containsOnly(1L);
      assertThat(reported.keySet().stream().filter(line -> line.contains("\"by\":")))
          .as(channel)
          .isSubsetOf(
              channel.equals("logs") || channel.equals("held")
                  ? union(noted("logs", "begun"), noted("held", "begun"))
                  : noted(channel, "begun"));
    }
  }

  private static Set<String> union(Set<String> some, Set<String> others) {
    some.addAll(others);
    return some;
  }

  /** Each event that was committed of the job, once. */
  private void requireEventsOf(String job, List<ObjectNode> records) {
    List<JsonNode> events = server.events(job);
    assertThat(
            records.stream()
                .filter(record -> record.path("channel").asText().equals("events"))
                .map(record -> record.path("payload"))
                .filter(payload -> payload.path("job_id").asText().equals(job))
                .map(payload -> payload.path("seq").asLong() + " " + payload.path("type").asText()))
        .containsExactlyInAnyOrderElementsOf(
            events.stream()
                .map(event -> event.path("seq").asLong() + " " + event.path("type").asText())
                .toList());
  }
}

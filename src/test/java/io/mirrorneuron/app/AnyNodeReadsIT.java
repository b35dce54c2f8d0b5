package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.RuntimeJobsContract;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.testing.RecordedRun;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.SocketClient;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two whole servers on one Redis: what one has can be read at the other. */
@Timeout(180)
@Whole
class AnyNodeReadsIT {
  private static final String WRITES =
      "mkdir -p \"$MN_RUNS_ROOT/$MN_RUN_ID\"; printf 0123456789 > \"$MN_RUNS_ROOT/$MN_RUN_ID/a.txt\";"
          + " echo printed; echo '{\"answer\":42}' > \"$MN_RUNS_ROOT/$MN_RUN_ID/result.json\"";

  /** Until the jobs of a dead server are another one's, on a busy machine. */
  private static final Duration TAKEN_OVER = Duration.ofSeconds(60);

  @TempDir static Path folder;
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static RedisServer redis;
  private static WholeServer owner;
  private static WholeServer other;
  private static String run;

  @BeforeAll
  static void start() {
    redis = RedisFixture.server(folder);
    owner = server("owner");
    other = server("other");
    run = ended(owner, SampleManifests.program("writes", "sh", "-c", WRITES));
    eventually("both know each other", () -> get(other, "/runs/" + run + "/result") == 200);
    RecordedRun.awaitWhole(owner.runsRoot().resolve(run));
  }

  @AfterAll
  static void stop() {
    other.close();
    owner.close();
    redis.close();
  }

  private static WholeServer server(String name) {
    return server(name, "join-1");
  }

  private static WholeServer server(String name, String joinToken) {
    return WholeServer.start(
        folder.resolve(name),
        Map.of(
            "redis.url",
            redis.uri(),
            "node.name",
            "mirror_neuron@" + name,
            "network.join_token",
            joinToken));
  }

  private static String ended(WholeServer server, String manifest) {
    String job = server.jobs().submit(Submission.of(manifest)).jobId();
    eventually(
        "the job is over",
        () -> server.jobs().get(job).facts().status().matches("completed|failed|cancelled"));
    return RunId.of(job);
  }

  private static HttpRequest.Builder request(WholeServer at, String path) {
    return HttpRequest.newBuilder(at.uri(path));
  }

  private static <T> HttpResponse<T> send(
      HttpRequest.Builder request, HttpResponse.BodyHandler<T> body) {
    try {
      return HTTP.send(request.build(), body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int get(WholeServer at, String path) {
    return answer(at, path).statusCode();
  }

  private static HttpResponse<String> answer(WholeServer at, String path) {
    return send(request(at, path), BodyHandlers.ofString());
  }

  private static JsonNode read(WholeServer at, String path) {
    HttpResponse<String> answer = answer(at, path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.parseObject(answer.body(), "answer");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/artifacts",
        "/outputs",
        "/events",
        "/logs",
        "/timeline",
        "/observability-summary",
        "/human",
        "/export?format=json"
      })
  void whatARunHasIsToldTheSame(String path) {
    JsonNode there = read(owner, "/runs/" + run + path);
    assertThat(read(other, "/runs/" + run + path)).isEqualTo(there);
    assertThat(there.toString()).contains(run.substring(0, 10));
  }

  @Test
  void aJobHasTheFilesOfItsRunAtEachNode() {
    String path = "/jobs/" + RunId.job(run).orElseThrow();
    JsonNode there = read(owner, path);
    JsonNode here = read(other, path);
    for (String part :
        List.of("job", "artifacts", "output_files", "observability_summary", "events")) {
      assertThat(here.path(part)).as(part).isEqualTo(there.path(part));
    }
    String samples = "/resource_usage/sample_count"; // its times are those of the calls
    assertThat(here.at(samples)).isEqualTo(there.at(samples));
    assertThat(here.at("/summary/artifact_count").asInt())
        .isEqualTo(here.path("artifacts").size())
        .isPositive();
    assertThat(here.at("/job/run_dir").asText())
        .isEqualTo(owner.runsRoot().resolve(run).toString());
    assertThat(here.path("observability_summary").isEmpty()).isFalse();
  }

  @Test
  void whatNobodyHasIsNotFound() {
    assertThat(get(other, "/runs/run-nobody/result")).isEqualTo(404);
    assertThat(get(other, "/runs/" + run + "/artifacts/none.txt")).isEqualTo(404);
    assertThat(get(other, "/runs/..%2f/result")).isEqualTo(get(owner, "/runs/..%2f/result"));
  }

  @Test
  void aFileIsSentWholeInPartsOrNotAtAll() {
    String path = "/runs/" + run + "/artifacts/a.txt";
    HttpResponse<String> whole = answer(other, path);
    assertThat(whole.body()).isEqualTo("0123456789");
    assertThat(whole.headers().map())
        .containsKeys("etag", "last-modified", "content-type", "content-length");
    HttpResponse<String> there = answer(owner, path);
    String tag = there.headers().firstValue("etag").orElseThrow();
    assertThat(whole.headers().firstValue("etag")).contains(tag);
    assertThat(whole.headers().firstValue("content-type"))
        .isEqualTo(there.headers().firstValue("content-type"));

    HttpResponse<String> part =
        send(request(other, path).header("Range", "bytes=2-4"), BodyHandlers.ofString());
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).isEqualTo("234");
    assertThat(part.headers().firstValue("content-range")).contains("bytes 2-4/10");
    assertThat(
            send(request(other, path).header("Range", "bytes=20-"), BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(416);
    assertThat(
            send(request(other, path).header("If-None-Match", tag), BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(304);
    HttpResponse<String> head = send(request(other, path).HEAD(), BodyHandlers.ofString());
    assertThat(head.headers().firstValue("content-length")).contains("10");
  }

  @Test
  void anExportIsTheSameZip() {
    HttpResponse<byte[]> zip =
        send(request(other, "/runs/" + run + "/export?format=zip"), BodyHandlers.ofByteArray());
    assertThat(zip.statusCode()).isEqualTo(200);
    assertThat(zip.body()).startsWith('P', 'K');
    assertThat(zip.headers().firstValue("content-disposition").orElseThrow()).contains(run);
    eventually("it is not kept", () -> isEmpty(folder.resolve("owner")));
  }

  private static boolean isEmpty(Path scratch) {
    try (Stream<Path> files = Files.walk(scratch)) {
      return files.noneMatch(file -> file.getFileName().toString().startsWith("export-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (UncheckedIOException e) {
      return false; // a file was removed meanwhile
    }
  }

  @Test
  void aLargeFileThatNobodyTakesIsNotReadIntoMemory() throws Exception {
    String big =
        ended(
            owner,
            SampleManifests.program(
                "big",
                "sh",
                "-c",
                "mkdir -p \"$MN_RUNS_ROOT/$MN_RUN_ID\"; head -c 200000000 /dev/zero >"
                    + " \"$MN_RUNS_ROOT/$MN_RUN_ID/big.txt\"; echo '{}'"));
    List<InputStream> slow = new ArrayList<>();
    long before = used();
    for (int i = 0; i < 8; i++) {
      HttpResponse<InputStream> answer =
          send(request(other, "/runs/" + big + "/artifacts/big.txt"), BodyHandlers.ofInputStream());
      assertThat(answer.body().read()).isZero();
      slow.add(answer.body());
    }
    assertThat(get(other, "/runs/" + run + "/result")).isEqualTo(200);
    assertThat(used() - before).isLessThan(64L << 20);
    assertThat(slow.getFirst().readAllBytes().length).isEqualTo(200_000_000 - 1);
    for (InputStream body : slow) {
      body.close();
    }
  }

  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  @Test
  void aStreamOfARunIsResumedAtAnyNode() {
    HttpResponse<String> all = stream(other, "");
    assertThat(ids(all)).isNotEmpty().isEqualTo(ids(stream(owner, "")));
    List<String> ids = ids(all);
    String middle = ids.get(ids.size() / 2);
    assertThat(ids(stream(other, middle)))
        .isEqualTo(ids(stream(owner, middle)))
        .isEqualTo(ids.subList(ids.indexOf(middle) + 1, ids.size()));
  }

  private static HttpResponse<String> stream(WholeServer at, String last) {
    HttpRequest.Builder request =
        request(at, "/runs/" + run + "/stream").header("Accept", "text/event-stream");
    if (!last.isEmpty()) {
      request.header("Last-Event-ID", last);
    }
    return send(request, BodyHandlers.ofString());
  }

  private static List<String> ids(HttpResponse<String> stream) {
    return Arrays.stream(stream.body().split("\n"))
        .filter(line -> line.startsWith("id:"))
        .map(line -> line.substring(3).strip())
        .toList();
  }

  @Test
  void aStreamTellsWhatHappensElsewhereAsItHappens() throws Exception {
    String job = owner.jobs().submit(Submission.of(RuntimeJobsContract.ASKING)).jobId();
    String path = "/runs/" + RunId.of(job);
    eventually("it asks", () -> !read(other, path + "/human").path("requests").isEmpty());
    HttpResponse<InputStream> follows =
        send(
            request(other, path + "/stream").header("Accept", "text/event-stream"),
            BodyHandlers.ofInputStream());
    String id = read(other, path + "/human").at("/requests/0/request_id").asText();

    HttpResponse<String> decided =
        send(
            request(other, path + "/human/" + id + "/response")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"decision\":\"approve\",\"by\":\"anna\"}")),
            BodyHandlers.ofString());

    assertThat(decided.statusCode()).as(decided.body()).isEqualTo(200);
    assertThat(new String(follows.body().readAllBytes(), StandardCharsets.UTF_8))
        .contains("human_input_received", "job_completed");
    assertThat(read(other, path + "/human")).isEqualTo(read(owner, path + "/human"));
  }

  @Test
  void whatAProgramAsksIsAnsweredAtTheOtherNode() {
    String asks =
        "printf '%s\\n' '{\"type\":\"human_input_requested\",\"payload\":{\"request_id\":\"q1\",\"prompt\":\"Go?\"}}'"
            + " >> \"$MN_RUNS_ROOT/$MN_RUN_ID/human.jsonl\";"
            + " until grep -q human_input_received \"$MN_RUNS_ROOT/$MN_RUN_ID/human.jsonl\"; do sleep 0.1; done;"
            + " echo '{}'";
    String job =
        owner
            .jobs()
            .submit(Submission.of(SampleManifests.program("asks", "sh", "-c", asks)))
            .jobId();
    String path = "/runs/" + RunId.of(job);
    eventually(
        "it asks",
        () ->
            get(other, path + "/human") == 200
                && !read(other, path + "/human").path("requests").isEmpty());
    HttpResponse<String> decided =
        send(
            request(other, path + "/human/q1/response")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"decision\":\"approve\",\"by\":\"anna\"}")),
            BodyHandlers.ofString());
    assertThat(decided.statusCode()).as(decided.body()).isEqualTo(200);
    eventually(
        "the program goes on", () -> owner.jobs().get(job).facts().status().equals("completed"));
  }

  /** The members that the contract names of such a document. */
  private static List<String> named(String schema) {
    URI contract = other.uri("").resolve("/openapi.json");
    String text = send(HttpRequest.newBuilder(contract), BodyHandlers.ofString()).body();
    List<String> names = new ArrayList<>();
    Json.parseObject(text, "contract")
        .at("/components/schemas/" + schema + "/properties")
        .fieldNames()
        .forEachRemaining(names::add);
    return names;
  }

  @Test
  void theContractNamesAllThatIsToldOfARunInShort() {
    String failed = ended(owner, SampleManifests.once("fails", "sh", "-c", "exit 3"));
    JsonNode reported = read(other, "/runs/" + failed + "/observability-summary");

    assertThat(reported.path("blueprint_id").asText()).isEqualTo("fails");
    assertThat(named("ObservabilitySummary")).containsAll(reported::fieldNames);
  }

  @Test
  void aNodeThatIsGoneLeavesWhatIsCommittedAndComesBackWithTheRest() {
    WholeServer brief = server("brief");
    String its = ended(brief, SampleManifests.program("brief", "sh", "-c", WRITES));
    String file = "/runs/" + its + "/artifacts/a.txt";
    assertThat(get(brief, file)).isEqualTo(200);
    eventually("it is known", () -> get(other, file) == 200);
    brief.close();

    eventually("it is gone", () -> get(other, file) == 410);
    assertThat(answer(other, file).body())
        .contains("node_gone", "node mirror_neuron@brief", "when it is back");
    for (String left : List.of("/logs", "/resources", "/artifacts", "/outputs")) {
      assertThat(get(other, "/runs/" + its + left)).as(left).isEqualTo(410);
    }
    JsonNode job = read(other, "/jobs/" + RunId.job(its).orElseThrow());
    assertThat(job.path("files_unknown").asText()).contains("node mirror_neuron@brief", "is gone");
    assertThat(job.at("/summary/artifact_count").isNull()).isTrue();
    assertThat(named("JobDetail")).containsAll(job::fieldNames);
    assertThat(job.at("/job/status").asText()).isEqualTo("completed");
    assertThat(read(other, "/runs/" + its + "/events").toString()).contains("job_completed");

    try (WholeServer back = server("brief")) {
      assertThat(get(back, file)).isEqualTo(200);
      eventually("it can be read again", () -> get(other, file) == 200);
      assertThat(read(other, "/runs/" + its + "/logs"))
          .isEqualTo(read(back, "/runs/" + its + "/logs"));
    }
  }

  @Test
  void aNodeThatIsNotReachedIsToldAndWhenToTryAgain() {
    try (WholeServer stranger = server("stranger", "join-2")) {
      eventually("it knows others", () -> get(stranger, "/runs/" + run + "/result") == 503);
      for (String path : List.of("/result", "/artifacts/a.txt", "/export?format=zip")) {
        HttpResponse<String> refused = answer(stranger, "/runs/" + run + path);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).as(path).isPresent();
        assertThat(refused.body()).contains("owner_unreachable", "network.join_token");
      }
    }
  }

  @Test
  void runsOfAllNodesAreListedPageByPage() {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      made.add(ended(i % 2 == 0 ? owner : other, SampleManifests.routers("listed", 1)));
    }
    List<String> newest = made.reversed();
    for (WholeServer at : List.of(owner, other)) {
      assertThat(listed(read(at, "/runs?q=run-listed-"))).isEqualTo(newest);
      JsonNode first = read(at, "/runs?q=run-listed-&limit=2");
      assertThat(first.path("total").asInt()).isEqualTo(5);
      JsonNode second =
          read(
              at == owner ? other : owner,
              "/runs?q=run-listed-&limit=2&cursor=" + first.path("next").asText());
      assertThat(listed(second)).isEqualTo(newest.subList(2, 4));
      JsonNode last =
          read(at, "/runs?q=run-listed-&limit=2&cursor=" + second.path("next").asText());
      assertThat(listed(last)).isEqualTo(newest.subList(4, 5));
      assertThat(last.has("next")).isFalse();
    }
  }

  private static List<String> listed(JsonNode page) {
    assertThat(page.toString()).doesNotContain("$place");
    return Json.elements(page.path("data")).map(row -> row.path("run_id").asText()).toList();
  }

  @Test
  void requestsOfAllNodesAreListed() {
    List<String> asking =
        Stream.of(owner, other)
            .map(at -> at.jobs().submit(Submission.of(RuntimeJobsContract.ASKING)).jobId())
            .toList();
    List<String> runs = asking.stream().map(RunId::of).toList();
    for (String sort : List.of("newest", "due")) {
      eventually(
          "both are listed at each",
          () ->
              Stream.of(owner, other)
                  .allMatch(at -> listed(read(at, "/human?sort=" + sort)).containsAll(runs)));
      JsonNode all = read(owner, "/human?sort=" + sort);
      assertThat(read(other, "/human?sort=" + sort)).isEqualTo(all);
      List<String> paged = new ArrayList<>();
      JsonNode page = read(other, "/human?limit=1&sort=" + sort);
      for (; !page.path("next").isNull(); paged.addAll(listed(page))) {
        page = read(other, "/human?limit=1&sort=" + sort + "&cursor=" + page.path("next").asText());
      }
      assertThat(paged).isEqualTo(listed(all).subList(1, listed(all).size()));
    }
    asking.forEach(job -> owner.jobs().cancel(job));
  }

  @Test
  void allNodesAreToldOfAndOneThatIsGoneIsOffline() {
    WholeServer third = server("third");
    eventually(
        "all are told of",
        () -> statuses(read(other, "/system/summary")).get("mirror_neuron@third") != null);
    eventually("by each", () -> statuses(read(third, "/system/summary")).size() >= 3);
    Map<String, String> healthy =
        Map.of(
            "mirror_neuron@owner", "healthy",
            "mirror_neuron@other", "healthy",
            "mirror_neuron@third", "healthy");
    eventually(
        "all are healthy",
        () -> statuses(read(other, "/system/summary")).entrySet().containsAll(healthy.entrySet()));
    JsonNode summary = read(other, "/system/summary");
    assertThat(
            Json.elements(summary.path("nodes"))
                .filter(node -> node.path("self").asBoolean())
                .map(node -> node.path("name").asText()))
        .containsExactly("mirror_neuron@other");
    assertThat(summary.at("/nodes/0/connected_nodes").toString())
        .contains("mirror_neuron@owner", "mirror_neuron@third");

    eventually(
        "it counts for what there is",
        () -> read(other, "/resource").path("node_count").asInt() >= 3);
    JsonNode resource = read(other, "/resource");
    assertThat(resource.path("mode").asText()).isEqualTo("cluster");
    int count = resource.path("node_count").asInt();
    assertThat(count).isGreaterThanOrEqualTo(3);
    assertThat(resource.path("nodes")).hasSize(count);
    assertThat(resource.at("/totals/cpu_cores").asInt())
        .isEqualTo(
            Json.elements(resource.path("nodes"))
                .mapToInt(node -> node.path("cpu_cores").asInt())
                .sum());
    eventually("it is measured", () -> read(other, "/metrics").at("/nodes/total").asInt() >= 3);

    third.close();
    eventually(
        "it is offline",
        () ->
            "offline".equals(statuses(read(other, "/system/summary")).get("mirror_neuron@third")));
    assertThat(read(other, "/resource").path("nodes").toString()).doesNotContain("@third");
  }

  private static Map<String, String> statuses(JsonNode summary) {
    return Json.elements(summary.path("nodes"))
        .collect(
            Collectors.toMap(
                node -> node.path("name").asText(), node -> node.path("status").asText()));
  }

  @Test
  void aRunIsFollowedOverASocketAtAnyNode() {
    StringBuilder reported = new StringBuilder();
    URI uri = URI.create(other.uri("/runs/" + run + "/stream/ws").toString().replace("http", "ws"));
    try (SocketClient socket = SocketClient.open(uri, null)) {
      while (reported.indexOf("job_completed") < 0) {
        reported.append(socket.nextText());
      }
    }
  }

  @Test
  void theListOfAllRunsIsFollowedAtAnyNode() throws Exception {
    HttpResponse<InputStream> follows =
        send(
            request(other, "/runs/stream?q=run-followed-").header("Accept", "text/event-stream"),
            BodyHandlers.ofInputStream());
    String its = ended(owner, SampleManifests.routers("followed", 1));
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(follows.body(), StandardCharsets.UTF_8))) {
      assertThat(lines.lines().anyMatch(line -> line.contains(its))).isTrue();
    }
  }

  @Test
  void aRunWithANameOfItsOwnIsFoundToo() {
    ObjectNode manifest =
        Json.parseObject(SampleManifests.program("named", "sh", "-c", WRITES), "manifest");
    ended(owner, Json.write(manifest.put("run_id", "chosen-name")));
    RecordedRun.awaitWhole(owner.runsRoot().resolve("chosen-name"));
    assertThat(read(other, "/runs/chosen-name/events"))
        .isEqualTo(read(owner, "/runs/chosen-name/events"));
    assertThat(answer(other, "/runs/chosen-name/artifacts/a.txt").body()).isEqualTo("0123456789");
  }

  @Test
  void aStreamGoesOnWhenItsNodeIsGoneAndAnotherTakesTheJob() throws Exception {
    WholeServer dying = server("dying");
    String job = dying.jobs().submit(Submission.of(RuntimeJobsContract.ASKING)).jobId();
    String path = "/runs/" + RunId.of(job);
    eventually("it asks", () -> asksSomething(path));
    List<String> before = idsUntil(path, "", "human_input_requested");
    dying.close();

    eventually("another node has it", TAKEN_OVER, () -> asksSomething(path));
    String id = read(other, path + "/human").at("/requests/0/request_id").asText();
    send(
        request(other, path + "/human/" + id + "/response")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"decision\":\"approve\",\"by\":\"anna\"}")),
        BodyHandlers.ofString());
    List<String> after = idsUntil(path, before.getLast(), "job_completed");
    assertThat(after).doesNotContainAnyElementsOf(before);
    assertThat(owner.jobs().get(job).facts().status()).isEqualTo("completed");
  }

  private static boolean asksSomething(String path) {
    HttpResponse<String> answer = answer(other, path + "/human");
    return answer.statusCode() == 200 && answer.body().contains("\"request_id\"");
  }

  /** The ids of what follows a record, until this is told. */
  private static List<String> idsUntil(String path, String last, String word) throws Exception {
    HttpRequest.Builder request =
        request(other, path + "/stream").header("Accept", "text/event-stream");
    if (!last.isEmpty()) {
      request.header("Last-Event-ID", last);
    }
    List<String> ids = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                send(request, BodyHandlers.ofInputStream()).body(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("id:")) {
          ids.add(line.substring(3).strip());
        }
        if (line.contains(word)) {
          return ids;
        }
      }
    }
    throw new AssertionError(word + " is not told behind " + last + ": " + ids);
  }
}

package io.mirrorneuron.area.runs;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.bus.Addresses;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.folder.RunSample;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.WithSharedGateway;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The operations of the area, through the gateway and, where waiting is concerned, without. */
@Timeout(60)
class ObservabilityIT extends WithSharedGateway {
  private static final String SAMPLE =
      "{'ts':'%s','cpu_pct':40,'memory_rss_mb':12.5}".formatted(GatewayFixture.NOW);

  private static int runs;

  private RunFolder run;

  @BeforeEach
  void openRun() throws Exception {
    run = gateway.runs.open("run-" + runs++);
  }

  @Test
  void resourcesAreSummedUpForTheWindow() throws Exception {
    sample();

    JsonObject summary = get("/resources?window=2h&bucket=30m");

    assertThat(summary.getJsonArray("buckets")).hasSize(4);
    assertThat(summary.getString("end")).isEqualTo("2026-01-02T03:04:05.006000Z");
    assertThat(summary.getInteger("sample_count")).isEqualTo(1);
    assertThat(get("/resources").getJsonArray("buckets")).hasSize(24);
  }

  @ParameterizedTest
  @CsvSource({
    "window=, duration cannot be empty",
    "bucket=soon, invalid duration: soon",
    "window=5w, unsupported duration unit: w"
  })
  void whatIsNoDurationIsRefused(String query, String message) throws Exception {
    HttpResponse<String> answer = gateway.get(address("/resources?" + query));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(new JsonObject(answer.body()).getString("detail")).isEqualTo(message);
  }

  @ParameterizedTest
  @CsvSource({
    "nobody, 404, run not found",
    ".hidden, 400, invalid run id",
    "..%2frun-1, 400, invalid run id",
    "a%00b, 400, invalid run id"
  })
  void whatIsNoRunIsRefused(String id, int status, String message) throws Exception {
    for (String path : List.of("/resources", "/resources/stream", "/observability-summary")) {
      HttpResponse<String> answer = gateway.get("/api/v1/runs/" + id + path);

      assertThat(answer.statusCode()).isEqualTo(status);
      assertThat(new JsonObject(answer.body()).getString("detail")).isEqualTo(message);
    }
  }

  @Test
  void aRunAlwaysHasAnObservabilitySummary() throws Exception {
    assertThat(get("/observability-summary").getBoolean("derived")).isTrue();

    run.write(
        "observability_summary.json",
        RunSample.object("{'event_count':3,'token_totals':{'total_tokens':7},'api_key':'hush'}"));

    JsonObject stored = get("/observability-summary");
    assertThat(stored.getBoolean("derived")).isNull();
    assertThat(stored.getJsonObject("counts").getInteger("events")).isEqualTo(3);
    assertThat(stored.getJsonObject("token_totals").getInteger("total_tokens")).isEqualTo(7);
    assertThat(stored.getString("api_key")).isEqualTo("[REDACTED]");
  }

  @Test
  void theStreamTellsEachChangeOnceAndEndsWithTheRun() throws Exception {
    JsonObject first = await(read(null, Duration.ofMinutes(1)));
    assertThat(first.getJsonArray("data")).hasSize(1);
    assertThat(first.getLong("next")).isZero();

    JsonObject nothing = await(read(0L, Duration.ofMillis(20)));
    assertThat(nothing.getJsonArray("data")).isEmpty();
    assertThat(nothing.getBoolean("ended")).isFalse();

    Future<JsonObject> waiting = read(0L, Duration.ofMinutes(1));
    run.append(RunLog.RESOURCES, List.of(RunSample.object(SAMPLE)));
    JsonObject change = await(waiting);
    long seq = change.getJsonArray("data").getJsonObject(0).getLong("seq");
    assertThat(seq).isEqualTo(change.getLong("next")).isPositive();

    Future<JsonObject> end = read(seq, Duration.ofMinutes(1));
    run.append(RunLog.EVENTS, List.of(RunSample.object("{'type':'of-no-interest'}")));
    run.write("job.json", RunSample.object("{'status':'completed'}"));
    assertThat(await(end).getBoolean("ended")).isTrue();
    assertThat(await(end).getLong("next")).isEqualTo(seq + 1);

    JsonObject over = await(read(seq + 1, Duration.ofMinutes(1)));
    assertThat(over.getJsonArray("data")).isEmpty();
    assertThat(over.getBoolean("ended")).isTrue();
  }

  @Test
  void theStreamOfARunThatIsOverIsItsLastSummaryAndTheEnd() throws Exception {
    sample();
    run.write("job.json", RunSample.object("{'status':'completed'}"));

    HttpResponse<String> answer = gateway.get(address("/resources/stream"));

    assertThat(answer.headers().firstValue("content-type").orElse(""))
        .startsWith("text/event-stream");
    assertThat(answer.body().replaceFirst("data: \\{\"schema.*", "data: …"))
        .matches(
            "retry: \\d+\n\nid: (\\d+)\nevent: resources\ndata: …\n\n"
                + "event: end\ndata: \\{\"next\":\\1}\n\n");
  }

  /** A program says so in run.json; no runtime keeps a record of the run. */
  @ParameterizedTest
  @ValueSource(strings = {"failure", "Failure"})
  void failureEndsTheStreams(String word) throws Exception {
    run.append(RunLog.EVENTS, List.of(RunSample.object("{'type':'last_words'}")));
    run.write("run.json", Json.object().put("status", word));

    String records = gateway.get(address("/stream")).body();
    assertThat(records).contains("last_words").contains("event: end\n");
    assertThat(gateway.get(address("/resources/stream")).body()).contains("event: end\n");
    assertThat(gateway.get("/api/v1/runs?q=" + run.runId()).body())
        .contains("\"status\":\"" + word + "\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"event", "", "Logs"})
  void aStreamOfNoKnownChannelIsRefused(String channels) throws Exception {
    HttpResponse<String> answer = gateway.get(address("/stream?channels=" + channels));

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(new JsonObject(answer.body()).getString("detail"))
        .isEqualTo(
            "channels must name at least one of events, logs, human, resources, errors, timeline");
  }

  private Future<JsonObject> read(Long after, Duration wait) {
    ApiCall call = new ApiCall().with("run_id", run.runId()).with("after", after).withWait(wait);
    return gateway
        .vertx
        .eventBus()
        .<Buffer>request(
            Addresses.area("observability"),
            call.json(),
            new DeliveryOptions().addHeader(Addresses.OP, "streamRunResources"))
        .map(answer -> answer.body().toJsonObject());
  }

  private static JsonObject await(Future<JsonObject> page) throws Exception {
    return page.await(30, TimeUnit.SECONDS);
  }

  private void sample() {
    run.append(RunLog.RESOURCES, List.of(RunSample.object(SAMPLE)));
  }

  private String address(String path) {
    return "/api/v1/runs/" + run.runId() + path;
  }

  private JsonObject get(String path) throws Exception {
    HttpResponse<String> answer = gateway.get(address(path));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new JsonObject(answer.body());
  }
}

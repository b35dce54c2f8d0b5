package io.mirrorneuron.run.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.RunSample;
import io.mirrorneuron.run.report.ResourceSummary.Window;
import io.mirrorneuron.wire.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceSummaryTest {
  private static final Instant NOW = Instant.parse("2026-06-20T10:00:00Z");

  @TempDir Path root;
  private RunSample run;

  @BeforeEach
  void make() {
    run = new RunSample(root);
  }

  @Test
  void looksAsTheContractSays() throws Exception {
    run.lines(
        "resources.jsonl",
        "{'ts':'2026-06-20T09:30:00Z','cpu_pct':10,'memory_rss_mb':100,"
            + "'llm':{'input_tokens':5,'output_tokens':7}}");

    ObjectNode summary = summary("2h", "1h");

    summary.remove("buckets");
    assertThat(RunSample.read(summary))
        .isEqualTo(
            RunSample.object(
                "{'schema':'mn.blueprint.resource_summary.v1','window_hours':2.0,"
                    + "'start':'2026-06-20T08:00:00.000000Z',"
                    + "'end':'2026-06-20T10:00:00.000000Z','bucket_seconds':3600,"
                    + "'llm':{'input_tokens':5,'output_tokens':7,'total_tokens':12,"
                    + "'calls':1,'estimated_tokens':0},'run_id':'run-1','sample_count':1}"));
  }

  @Test
  void theBucketsLookAsTheContractSays() throws Exception {
    run.lines(
        "resources.jsonl",
        "{'ts':'2026-06-20T09:30:00Z','cpu_pct':10.004,'memory_rss_mb':100}",
        "{'ts':'2026-06-20T11:31:00+02:00','cpu_pct':21,'memory_rss_mb':'much',"
            + "'gpu':[{'index':0,'util_pct':30,'memory_used_mb':8},{'index':1,'util_pct':50}]}");

    JsonNode buckets = summary("2h", "1h").path("buckets");

    assertThat(buckets).hasSize(2);
    assertThat(buckets.get(0).path("sample_count").asInt()).isZero();
    assertThat(buckets.get(0).path("cpu_pct_avg").isNull()).isTrue();
    assertThat(buckets.get(1).toString())
        .isEqualTo(
            "{\"start\":\"2026-06-20T09:00:00.000000Z\",\"end\":\"2026-06-20T10:00:00.000000Z\","
                + "\"sample_count\":2,\"llm\":{\"input_tokens\":0,\"output_tokens\":0,"
                + "\"total_tokens\":0,\"calls\":0,\"estimated_tokens\":0},"
                + "\"cpu_pct_avg\":15.5,\"cpu_pct_max\":21.0,\"memory_rss_mb_avg\":100.0,"
                + "\"memory_rss_mb_max\":100.0,\"gpu_util_pct_avg\":40.0,"
                + "\"gpu_util_pct_max\":50.0,\"gpu_memory_used_mb_avg\":8.0,"
                + "\"gpu_memory_used_mb_max\":8.0}");
  }

  @ParameterizedTest
  @CsvSource({
    "24h, 1h, 24, 24.0, 3600",
    "90, 60s, 2, 0.025, 60",
    "90m, 1h, 2, 1.5, 3600",
    "1d, 1d, 1, 24.0, 86400",
    "' 2 H ', 1h, 2, 2.0, 3600",
    "0.5h, 600, 3, 0.5, 600",
    "1s, 0s, 4, 0.001, 1",
    "10s, 2.5, 4, 0.002777777777777778, 2.5"
  })
  void windowsAreCutIntoBuckets(
      String window, String bucket, int count, double hours, double seconds) {
    ObjectNode summary = summary(window, bucket);

    assertThat(summary.path("buckets")).hasSize(count);
    assertThat(summary.path("window_hours").asDouble()).isEqualTo(hours);
    assertThat(summary.path("bucket_seconds").asDouble()).isEqualTo(seconds);
    assertThat(summary.path("bucket_seconds").isIntegralNumber())
        .isEqualTo(seconds == Math.rint(seconds));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``    | duration cannot be empty",
        "`  `  | duration cannot be empty",
        "soon  | invalid duration: soon",
        "h     | invalid duration: h",
        "-5    | invalid duration: -5",
        "1.2.3 | invalid duration: 1.2.3",
        "NaN   | invalid duration: NaN",
        "1e9   | unsupported duration unit: e9",
        "5w    | unsupported duration unit: w",
        "5 min | unsupported duration unit: min"
      })
  void whatIsNoDurationIsRefused(String text, String message) {
    assertThatThrownBy(() -> Window.of(text, "1h")).hasMessage(message);
    assertThatThrownBy(() -> Window.of("1h", text))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED));
  }

  @Test
  void thereIsAnEndToBuckets() {
    assertThat(Window.of("10000s", "1s").buckets()).isEqualTo(10_000);
    assertThatThrownBy(() -> Window.of("999999999999d", "1s"))
        .hasMessage("window 999999999999d has more than 10000 buckets of 1s");
  }

  @Test
  void samplesFromOutsideAreNotCountedAndThoseOfTomorrowCountAsOfNow() throws Exception {
    run.lines(
        "resources.jsonl",
        "{'ts':'2026-06-20T07:59:59.999Z','cpu_pct':1}",
        "{'ts':'2026-06-20T08:00:00Z','cpu_pct':2}",
        "{'timestamp':'2026-06-20T10:00:00Z','cpu_pct':3}",
        "{'ts':'2026-06-21T10:00:00Z','cpu_pct':4}",
        "{'cpu_pct':5}");

    ObjectNode summary = summary("2h", "1h");

    assertThat(summary.path("sample_count").asInt()).isEqualTo(3);
    assertThat(summary.at("/buckets/0/cpu_pct_max").asDouble()).isEqualTo(2);
    assertThat(summary.at("/buckets/1/cpu_pct_avg").asDouble()).isEqualTo(3.5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "[]", "7", "null", "{'ts':7}", "{'ts':'then','cpu_pct':1}", "\u0000"})
  void whatIsNoSampleIsNotCounted(String line) throws Exception {
    String good = "{'ts':'2026-06-20T09:30:00Z','cpu_pct':10}";
    run.lines("resources.jsonl", good, line, good, line);
    Files.writeString(run.folder().path().resolve("resources.jsonl"), whole("{\"ts\":\"2026"));

    assertThat(summary("2h", "1h").path("sample_count").asInt()).isEqualTo(2);
  }

  private String whole(String torn) throws Exception {
    return Files.readString(run.folder().path().resolve("resources.jsonl")) + torn;
  }

  @Test
  void theOtherNameOfTheFileIsKnown() throws Exception {
    run.lines("resource_samples.jsonl", "{'ts':'2026-06-20T09:30:00Z','cpu_pct':10}");

    assertThat(summary("2h", "1h").path("sample_count").asInt()).isEqualTo(1);
  }

  @Test
  void eventsTellOfTokensWhenSamplesDoNot() throws Exception {
    String event = "{'ts':'2026-06-20T09:30:00Z','type':'llm_call','payload':{'tokens':30}}";
    run.lines("events.jsonl", event, event.replace("30}", "12}"), event);
    run.lines("resources.jsonl", "{'ts':'2026-06-20T09:30:00Z','cpu_pct':10}");

    assertThat(summary("2h", "1h").at("/llm/total_tokens").asInt()).isEqualTo(42);
    assertThat(summary("2h", "1h").at("/buckets/1/llm/calls").asInt()).isEqualTo(2);
    assertThat(summary("2h", "1h").path("sample_count").asInt()).isEqualTo(1);

    run.lines("resources.jsonl", "{'ts':'2026-06-20T09:31:00Z','llm':{'total_tokens':40}}");
    assertThat(summary("2h", "1h").at("/llm/total_tokens").asInt()).isEqualTo(40);
  }

  @Test
  void tokensCountWhetherALineSaysWhenOrNot() throws Exception {
    String call = "{'component':'llm','llm':{'input_tokens':20,'output_tokens':7}}";
    run.lines("resources.jsonl", "{'ts':'2026-06-20T08:30:00Z','cpu_pct':10}", call, call);

    ObjectNode summary = summary("2h", "1h");
    assertThat(summary.at("/llm/total_tokens").asInt()).isEqualTo(54);
    assertThat(summary.at("/llm/calls").asInt()).isEqualTo(2);
    assertThat(summary.at("/buckets/0/llm/calls").asInt()).as("as the line before").isEqualTo(2);
    assertThat(summary.path("sample_count").asInt()).isEqualTo(1);
  }

  @Test
  void tokensThatNobodyDatesCountAsOfTheLastLine() throws Exception {
    run.lines("resources.jsonl", "{'llm':{'total_tokens':9}}");
    written("resources.jsonl", NOW.minusSeconds(60));
    assertThat(summary("2h", "1h").at("/buckets/1/llm/total_tokens").asInt()).isEqualTo(9);
    written("resources.jsonl", NOW.minus(Duration.ofDays(3)));
    assertThat(summary("2h", "1h").at("/llm/total_tokens").asInt()).isZero();
  }

  @Test
  void eventsWithoutATimeTellOfTokensToo() throws Exception {
    run.lines("events.jsonl", "{'type':'llm_call','payload':{'usage':{'total_tokens':30}}}");
    written("events.jsonl", NOW.minusSeconds(60));
    assertThat(summary("2h", "1h").at("/buckets/1/llm/total_tokens").asInt()).isEqualTo(30);
  }

  private void written(String file, Instant at) throws Exception {
    Files.setLastModifiedTime(run.folder().path().resolve(file), FileTime.from(at));
  }

  @Test
  void totalsAreTheSumsOfTheBuckets() throws Exception {
    Random random = new Random(7);
    for (int round = 0; round < 50; round++) {
      RunSample one = new RunSample(root.resolve("round-" + round));
      List<String> lines = new ArrayList<>();
      long tokens = 0;
      int inside = 0;
      int windowSeconds = 4 + random.nextInt(100_000);
      double bucket = Math.max(1, windowSeconds / (1 + random.nextInt(50)));
      var window = new Window(windowSeconds, bucket);
      Instant start = NOW.minus(Duration.ofNanos((long) (window.buckets() * bucket * 1e9)));
      for (int i = random.nextInt(60); i >= 0; i--) {
        Instant at = NOW.minusMillis(random.nextLong(3L * windowSeconds * 1000));
        int input = random.nextInt(100);
        lines.add(
            "{'ts':'%s','cpu_pct':%d,'llm':{'prompt_tokens':%d,'completion_tokens':1}}"
                .formatted(at, random.nextInt(400), input));
        if (!at.isBefore(start)) {
          inside++;
          tokens += input + 1;
        }
      }
      one.lines("resources.jsonl", lines.toArray(String[]::new));

      ObjectNode summary = ResourceSummary.of(one.folder(), window, NOW);

      assertThat(summary.path("sample_count").asInt()).isEqualTo(inside);
      assertThat(sum(summary, "/sample_count")).isEqualTo(inside);
      assertThat(summary.at("/llm/total_tokens").asLong()).isEqualTo(tokens);
      for (String count :
          List.of("input_tokens", "output_tokens", "total_tokens", "calls", "estimated_tokens")) {
        assertThat(sum(summary, "/llm/" + count))
            .isEqualTo(summary.path("llm").path(count).asLong());
      }
    }
  }

  private static long sum(ObjectNode summary, String pointer) {
    return Json.elements(summary.path("buckets"))
        .mapToLong(bucket -> bucket.at(pointer).asLong())
        .sum();
  }

  @Test
  void theVersionGrowsWithSamplesAndWithTheEnd() throws Exception {
    assertThat(ResourceSummary.version(run.folder(), false)).isZero();
    run.lines("resources.jsonl", "{'cpu_pct':10}");
    long one = ResourceSummary.version(run.folder(), false);
    run.lines("resources.jsonl", "{'cpu_pct':10}");

    assertThat(one).isPositive();
    assertThat(ResourceSummary.version(run.folder(), false)).isEqualTo(2 * one);
    assertThat(ResourceSummary.version(run.folder(), true)).isEqualTo(2 * one + 1);
  }

  private ObjectNode summary(String window, String bucket) {
    return ResourceSummary.of(run.folder(), Window.of(window, bucket), NOW);
  }
}

package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.LogLines;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.folder.RunRecord;
import io.mirrorneuron.run.report.ResourceSummary.ResourceFigures.Measure;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a run used in the last while, {@code mn.blueprint.resource_summary.v1}: averages, heights
 * and tokens per bucket, and totals, which are the sums of the buckets.
 */
public final class ResourceSummary {
  private static final int MOST_BUCKETS = 10_000;
  private static final double SHORTEST_WINDOW = 3.6;
  private static final double SHORTEST_BUCKET = 1;
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final Window window;
  private final Instant start;
  private final Bucket[] buckets;

  /**
   * Which time is looked at and how it is cut.
   *
   * @param seconds at least 3.6
   * @param bucketSeconds at least 1
   */
  public record Window(double seconds, double bucketSeconds) {
    /** The last day by hours. */
    public static final Window DAY = new Window(86_400, 3600);

    /**
     * Reads {@code 24h}, {@code 90}, {@code 1.5d}.
     *
     * @throws MnException MALFORMED when one is no duration, or there would be more than 10,000
     *     buckets
     */
    public static Window of(String window, String bucket) {
      var read =
          new Window(
              Math.max(SHORTEST_WINDOW, TimeSpan.seconds(window)),
              Math.max(SHORTEST_BUCKET, TimeSpan.seconds(bucket)));
      if (read.seconds / read.bucketSeconds > MOST_BUCKETS) {
        throw MnException.malformed(
            "window %s has more than %d buckets of %s".formatted(window, MOST_BUCKETS, bucket));
      }
      return read;
    }

    int buckets() {
      return (int) Math.ceil(seconds / bucketSeconds);
    }

    private Duration length() {
      return Duration.ofNanos(Math.round(bucketSeconds * 1e9));
    }
  }

  private ResourceSummary(Window window, Instant now) {
    this.window = window;
    this.buckets = new Bucket[window.buckets()];
    this.start = now.minus(window.length().multipliedBy(buckets.length));
    for (int i = 0; i < buckets.length; i++) {
      buckets[i] = new Bucket(start.plus(window.length().multipliedBy(i)), window.length());
    }
  }

  /**
   * Reads the samples of the run. When none of them tells of tokens, the events do. Of a sample
   * without a time only the tokens count.
   *
   * @param now where the last bucket ends; what is dated later counts as of now
   */
  public static ObjectNode of(RunFolder run, Window window, Instant now) {
    var summary = new ResourceSummary(window, now);
    boolean[] reported = new boolean[1];
    var times = new LineTimes(run, RunLog.RESOURCES);
    LogLines.read(
        run,
        RunLog.RESOURCES,
        line -> {
          ResourceSample sample = ResourceSample.parse(line);
          if (sample != null) {
            reported[0] |= sample.tellsOfModels();
            summary.add(sample, times);
          }
        });
    if (!reported[0]) {
      TokenEvents.read(run, summary::add);
    }
    return summary.json(run.runId());
  }

  /** Grows with every sample, and once more when the run is over. */
  public static long version(RunFolder run, boolean over) {
    long bytes =
        run.files(RunLog.RESOURCES).all().stream().mapToLong(file -> file.toFile().length()).sum();
    return over ? bytes + 1 : bytes;
  }

  private void add(ResourceSample sample, LineTimes times) {
    Instant reported = sample.time();
    Bucket bucket = bucket(times.of(reported));
    if (bucket != null && reported != null) {
      bucket.figures.add(sample);
    } else if (bucket != null) {
      bucket.figures.tokens = bucket.figures.tokens.plus(sample.tokens());
    }
  }

  private void add(TokenUsage usage, Instant at) {
    Bucket bucket = bucket(at);
    if (bucket != null) {
      bucket.figures.tokens = bucket.figures.tokens.plus(usage);
    }
  }

  /** Null for what is older than the window. */
  private Bucket bucket(Instant time) {
    if (time.isBefore(start)) {
      return null;
    }
    double index = Duration.between(start, time).toMillis() / 1e3 / window.bucketSeconds;
    return buckets[(int) Math.min(buckets.length - 1, index)];
  }

  private ObjectNode json(String runId) {
    ObjectNode json =
        Json.object()
            .put("schema", "mn.blueprint.resource_summary.v1")
            .put("window_hours", window.seconds / 3600)
            .put("start", MICROS.format(start))
            .put("end", MICROS.format(buckets[buckets.length - 1].end()));
    put(json, "bucket_seconds", window.bucketSeconds);
    ArrayNode list = json.putArray("buckets");
    TokenUsage tokens = TokenUsage.NONE;
    long samples = 0;
    for (Bucket bucket : buckets) {
      list.add(bucket.json());
      tokens = tokens.plus(bucket.figures.tokens);
      samples += bucket.figures.samples;
    }
    json.set("llm", tokens.json());
    return json.put("run_id", runId).put("sample_count", samples);
  }

  /** Whole numbers without a fraction. */
  private static void put(ObjectNode json, String name, double value) {
    if (value == Math.rint(value)) {
      json.put(name, (long) value);
    } else {
      json.put(name, value);
    }
  }

  private static final class Bucket {
    private final Instant start;
    private final Duration length;
    private final ResourceFigures figures = new ResourceFigures();

    Bucket(Instant start, Duration length) {
      this.start = start;
      this.length = length;
    }

    Instant end() {
      return start.plus(length);
    }

    ObjectNode json() {
      ObjectNode json =
          Json.object()
              .put("start", MICROS.format(start))
              .put("end", MICROS.format(end()))
              .put("sample_count", figures.samples);
      json.set("llm", figures.tokens.json());
      put(json, "cpu_pct", figures.cpu);
      put(json, "memory_rss_mb", figures.memory);
      put(json, "gpu_util_pct", figures.gpu);
      put(json, "gpu_memory_used_mb", figures.gpuMemory);
      return json;
    }

    private static void put(ObjectNode json, String name, Measure measure) {
      json.put(name + "_avg", measure.average());
      json.put(name + "_max", measure.max());
    }
  }

  /** Durations as clients write them: {@code 90}, {@code 1.5h}, {@code 7d}. */
  private static final class TimeSpan {
    private static final Pattern FORM =
        Pattern.compile("(\\d{1,12}(?:\\.\\d{0,9})?|\\.\\d{1,9})\\s*([^\\d\\s.][^\\s]*)?");
    private static final Map<String, Double> SECONDS =
        Map.of("s", 1.0, "m", 60.0, "h", 3600.0, "d", 86_400.0);

    private TimeSpan() {}

    /**
     * In seconds.
     *
     * @throws MnException MALFORMED when it is none
     */
    static double seconds(String text) {
      String stripped = text.strip();
      if (stripped.isEmpty()) {
        throw MnException.malformed("duration cannot be empty");
      }
      Matcher form = FORM.matcher(stripped);
      if (!form.matches()) {
        throw MnException.malformed("invalid duration: " + text);
      }
      String unit = form.group(2) == null ? "s" : form.group(2).toLowerCase(Locale.ROOT);
      Double seconds = SECONDS.get(unit);
      if (seconds == null) {
        throw MnException.malformed("unsupported duration unit: " + form.group(2));
      }
      return Double.parseDouble(form.group(1)) * seconds;
    }
  }

  /**
   * What a program of a run used at one moment.
   *
   * @param timeText when, as it was written; empty when the sample does not say
   * @param cpuPct percent of one processor; null when it was not measured, as is {@code memoryMb}
   * @param gpuPct of each graphics processor that was measured
   * @param tokens since the sample before
   * @param tellsOfModels whether it says anything of calls to language models
   */
  record ResourceSample(
      String timeText,
      Double cpuPct,
      Double memoryMb,
      List<Double> gpuPct,
      List<Double> gpuMemoryMb,
      TokenUsage tokens,
      boolean tellsOfModels) {

    /** Null when the line is no record. */
    static ResourceSample parse(byte[] line) {
      RunRecord record = RunRecord.parse(line);
      return record == null ? null : of(record);
    }

    private static ResourceSample of(RunRecord record) {
      JsonNode sample = record.json();
      JsonNode llm = sample.path("llm");
      List<Double> gpuPct = new ArrayList<>();
      List<Double> gpuMemoryMb = new ArrayList<>();
      for (JsonNode device : sample.path("gpu")) {
        gpuPct.add(number(device.path("util_pct")));
        gpuMemoryMb.add(number(device.path("memory_used_mb")));
      }
      return new ResourceSample(
          record.timeText(),
          number(sample.path("cpu_pct")),
          number(sample.path("memory_rss_mb")),
          gpuPct,
          gpuMemoryMb,
          TokenUsage.ofSample(llm),
          !llm.isEmpty());
    }

    /** Null without a time. Parsed with each call, as not every reader needs it. */
    Instant time() {
      return Records.time(timeText);
    }

    private static Double number(JsonNode value) {
      return value.isNumber() ? (Double) value.asDouble() : null;
    }
  }

  /** Averages and heights of what samples measured, and the tokens that they tell of. */
  static final class ResourceFigures {
    final Measure cpu = new Measure();
    final Measure memory = new Measure();
    final Measure gpu = new Measure();
    final Measure gpuMemory = new Measure();
    TokenUsage tokens = TokenUsage.NONE;
    long samples;

    void add(ResourceSample sample) {
      samples++;
      cpu.add(sample.cpuPct());
      memory.add(sample.memoryMb());
      sample.gpuPct().forEach(gpu::add);
      sample.gpuMemoryMb().forEach(gpuMemory::add);
      tokens = tokens.plus(sample.tokens());
    }

    /** Average and height of numbers, to two digits; null when there was none. */
    static final class Measure {
      private double sum;
      private double max = Double.NEGATIVE_INFINITY;
      private long count;

      /**
       * @param value null for what was not measured; it is not counted
       */
      void add(Double value) {
        if (value != null) {
          sum += value;
          max = Math.max(max, value);
          count++;
        }
      }

      Double average() {
        return count == 0 ? null : rounded(sum / count);
      }

      Double max() {
        return count == 0 ? null : rounded(max);
      }

      private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
      }
    }
  }
}

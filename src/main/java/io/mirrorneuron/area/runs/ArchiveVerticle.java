package io.mirrorneuron.area.runs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.RunRoute;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.RedactedRun;
import io.mirrorneuron.run.RedactedRuns;
import io.mirrorneuron.run.report.Comparison;
import io.mirrorneuron.run.report.ExportBudget;
import io.mirrorneuron.run.report.ExportZip;
import io.mirrorneuron.run.report.RunDocument;
import io.mirrorneuron.run.report.RunReport;
import io.mirrorneuron.run.report.RunStory;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import java.util.stream.Stream;

public final class ArchiveVerticle extends AreaVerticle {
  /** Exports are large; more at once would only be slower. */
  private static final int LIMIT = 8;

  private static final Duration LEFT_BEHIND = Duration.ofHours(1);

  /** Each may write gigabytes. */
  private static final int EXPORTS_AT_ONCE = 2;

  private static final long RETRY_MILLIS = 5_000;

  private final Semaphore exports = new Semaphore(EXPORTS_AT_ONCE);

  /**
   * Platform threads: a virtual thread that reads and hashes for a minute would block its carrier.
   */
  private final ExecutorService makers =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("export-", 0).factory());

  private volatile boolean stopping;
  private final RedactedRuns runs;
  private final Path scratch;
  private final String tool;
  private final Storage storage;
  private final Clock clock;

  /**
   * @param scratch folder of finished exports until they are sent; exclusive, created when absent
   * @param tool name and version of the exporting program
   * @param storage checks whether there is room for them
   */
  public ArchiveVerticle(
      RedactedRuns runs, Path scratch, String tool, Storage storage, Clock clock) {
    super("archive", LIMIT);
    this.runs = runs;
    this.scratch = scratch;
    this.tool = tool;
    this.storage = storage;
    this.clock = clock;
    on("exportRun", this::exportRun);
    on("compareRuns", this::compareRuns);
    ofRuns(RunRoute.Kind.FILE, "exportRun");
  }

  /** Removes exports that an earlier process left when it was killed. */
  @Override
  public Future<?> start() throws Exception {
    return blocking(
            () -> {
              remove(left -> true);
              return null;
            })
        .compose(
            removed -> {
              try {
                return super.start();
              } catch (Exception e) {
                return Future.failedFuture(e);
              }
            });
  }

  /** Running exports are aborted. */
  @Override
  public Future<?> stop() {
    stopping = true;
    makers.shutdown();
    return Future.succeededFuture();
  }

  private boolean isWanted(ApiCall call) {
    return !stopping && !isGone(call);
  }

  private enum Format {
    JSON("application/json", "", "json"),
    MARKDOWN("text/markdown", "; charset=utf-8", "md"),
    ZIP("application/zip", "", "zip");

    final String type;
    final String charset;
    final String suffix;

    Format(String type, String charset, String suffix) {
      this.type = type;
      this.charset = charset;
      this.suffix = suffix;
    }

    static Format wanted(ApiCall call) {
      for (Format format : values()) {
        boolean named = format.name().equalsIgnoreCase(call.text("format"));
        if (named || (!call.has("format") && call.accepts(format.type))) {
          return format;
        }
      }
      return JSON;
    }
  }

  /** Answers a file that is deleted after it was sent. */
  private ObjectNode exportRun(ApiCall call) throws Exception {
    RedactedRun run = runs.find(call.text("run_id"));
    if (!exports.tryAcquire()) {
      throw new MnException(
              ErrorCode.EXHAUSTED,
              "too_many_exports",
              "%d exports are being made, and no more are made at a time"
                  .formatted(EXPORTS_AT_ONCE))
          .withRetryAfter(RETRY_MILLIS);
    }
    try {
      return make(() -> exportRun(call, run));
    } finally {
      exports.release();
    }
  }

  private ObjectNode make(Callable<ObjectNode> export) throws Exception {
    try {
      return makers.submit(export).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private ObjectNode exportRun(ApiCall call, RedactedRun run) throws IOException {
    Format format = Format.wanted(call);
    storage.requireRoom();
    long oldest = clock.instant().minus(LEFT_BEHIND).toEpochMilli();
    remove(left -> left.lastModified() < oldest); // for clients that did not wait
    Path file = Files.createTempFile(scratch.toRealPath(), "export-", "." + format.suffix);
    try {
      ExportBudget allowance =
          new ExportBudget(
              () -> !isWanted(call),
              scratch,
              scratch.toFile()::getUsableSpace,
              storage.floor(scratch.toFile().getTotalSpace()));
      write(run, format, file, allowance);
      if (!isWanted(call)) {
        throw MnException.unavailable("nobody waits for the export any more", null);
      }
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(file);
      throw e;
    }
    ObjectNode answer = Json.object().put("path", file.toString());
    answer.put("content_type", format.type + format.charset);
    if (format == Format.ZIP) {
      answer.put("file_name", run.runId() + ".mnrun.zip");
    }
    return answer.put("delete_after", true);
  }

  private void write(RedactedRun run, Format format, Path file, ExportBudget allowance)
      throws IOException {
    switch (format) {
      case JSON -> Json.MAPPER.writeValue(file.toFile(), RunDocument.of(RunStory.of(run)).json());
      case MARKDOWN -> Files.writeString(file, RunReport.of(RunStory.of(run)));
      case ZIP -> ExportZip.write(run, createdAt(run), tool, file, allowance);
    }
  }

  /** The end of an ended run, so that its export is always the same. */
  private String createdAt(RedactedRun run) {
    String ended = run.isOver() ? run.endedAt() : "";
    return ended.isEmpty() ? Json.timestamp(clock.instant()) : ended;
  }

  private void remove(Predicate<File> wanted) throws IOException {
    Files.createDirectories(scratch);
    try (Stream<Path> files = Files.list(scratch)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        if (wanted.test(file.toFile())) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private ObjectNode compareRuns(ApiCall call) {
    List<RedactedRun> folders = new ArrayList<>();
    for (var id : call.body().path("run_ids")) {
      if (runs.present(id.asText()).isEmpty()) {
        throw MnException.notFound("run", id.asText());
      }
      folders.add(runs.find(id.asText()));
    }
    List<RunStory> stories = new ArrayList<>();
    for (RedactedRun folder : folders) {
      stories.add(RunStory.of(folder));
    }
    return Comparison.of(stories);
  }

  /** The area {@code archive}: exports and comparisons of runs. */
  public static final class ArchiveModule {
    private ArchiveModule() {}

    public static AreaVerticle of(Platform platform) {
      return new ArchiveVerticle(
          platform.shownRuns(),
          platform.config().home().resolve("exports"),
          platform.program(),
          platform.storage(),
          platform.clock());
    }
  }
}

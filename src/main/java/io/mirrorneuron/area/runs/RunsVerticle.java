package io.mirrorneuron.area.runs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.PageMerge;
import io.mirrorneuron.bus.RunRoute;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.run.RedactedRun;
import io.mirrorneuron.run.RedactedRuns;
import io.mirrorneuron.run.RunIndex;
import io.mirrorneuron.run.folder.AllowedRoots;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.ServedFile;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

public final class RunsVerticle extends AreaVerticle {
  private static final int LIMIT = 64;
  private static final int MOST_OMITTED = 100;

  /** Poll interval of a followed list. */
  private static final long LOOK_MILLIS = 250;

  /** Poll interval when other nodes have to be asked. */
  private static final long LOOK_FAR_MILLIS = 1000;

  /**
   * Further places of run files.
   *
   * @param bundles payload folders, each under its fingerprint
   * @param userHome the folder that {@code ~} means in documents
   */
  public record Places(Path bundles, Path userHome) {}

  private final RedactedRuns runs;
  private final RunIndex index;
  private final JobsPort jobs;
  private final SeenLists lists;
  private final Desktop desktop;
  private final Probe probe;
  private final RunUi ui;
  private final RunVideo video;

  public RunsVerticle(
      RedactedRuns runs,
      RunIndex index,
      JobsPort jobs,
      ServicesPort services,
      Places places,
      Desktop desktop,
      Clock clock) {
    super("runs", LIMIT);
    this.runs = runs;
    this.index = index;
    this.jobs = jobs;
    this.lists = new SeenLists(clock);
    this.desktop = desktop;
    this.probe = new Probe(clock);
    this.ui = new RunUi(this::job, services, probe);
    this.video =
        new RunVideo(this::job, places.bundles(), new AllowedRoots(List.of(), places.userHome()));
    on("listRuns", this::listRuns);
    onHot("streamRuns", this::streamRuns);
    on("getRun", call -> index.row(call.text("run_id")));
    on("getRunResult", call -> result(run(call)));
    on("getRunFinalArtifact", call -> finalArtifact(run(call)));
    on("listRunArtifacts", this::listRunArtifacts);
    on("getRunArtifact", call -> file(run(call).artifact(call.text("artifact_path"))));
    on(
        "revealRunArtifact",
        call -> desktop.reveal(run(call).artifactOnDisk(call.text("artifact_path"))));
    on("listRunOutputs", this::listRunOutputs);
    on("getRunOutput", this::getRunOutput);
    on("revealRunOutput", call -> desktop.reveal(output(call).path()));
    on("getRunUi", call -> ui.of(run(call), (int) call.integer("limit")));
    on("getRunUiVideo", call -> file(video.of(run(call))));
    areOnAllNodes();
  }

  private void areOnAllNodes() {
    ofAllNodes(
        "listRuns", new PageMerge((call, row) -> row.apply(PageMerge.PLACE), RunIndex::compare));
    ofRuns(RunRoute.Kind.READ, "getRun", "getRunResult", "getRunFinalArtifact", "getRunUi");
    ofRuns(RunRoute.Kind.LEFT, "listRunArtifacts", "listRunOutputs");
    ofRuns(RunRoute.Kind.FILE, "getRunArtifact", "getRunOutput", "getRunUiVideo");
  }

  @Override
  public Future<?> stop() {
    probe.close();
    return Future.succeededFuture();
  }

  private ObjectNode listRuns(ApiCall call) {
    var all = new RunIndex.Marks(PageMerge.PLACE, PageMerge.OWNER, PageMerge.NODE);
    return call.isMarked() ? index.list(query(call), all) : index.list(query(call));
  }

  private Future<Buffer> streamRuns(ApiCall call) {
    return streamRuns(call, System.nanoTime() + call.patience().toNanos());
  }

  private Future<Buffer> streamRuns(ApiCall call, long until) {
    long after = call.has("after") ? call.integer("after") : -1;
    long pause = sawOthers() ? LOOK_FAR_MILLIS : LOOK_MILLIS;
    return seen(call)
        .compose(
            page -> {
              long seq = page.seq();
              long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
              if (seq <= after && left > pause) {
                return threads().later(pause).compose(due -> streamRuns(call, until));
              }
              ObjectNode answer = Json.object();
              ArrayNode data = answer.putArray("data");
              if (seq > after) {
                data.add(page.json());
              }
              answer.put("next", Math.max(seq, after)).put("ended", false);
              return Future.succeededFuture(encode(answer));
            });
  }

  private Future<RunIndex.Seen> seen(ApiCall call) {
    return sawOthers()
        ? everywhere("listRuns", call).map(page -> seen(call, page))
        : inLine(() -> index.seen(query(call)));
  }

  private RunIndex.Seen seen(ApiCall call, Buffer page) {
    long seq = lists.seq(call.without("after"), page);
    return new RunIndex.Seen(Json.parseObject(page.toString(), "page").put("seq", seq), seq);
  }

  private static RunIndex.Query query(ApiCall call) {
    return new RunIndex.Query(
        (int) call.integer("limit"),
        text(call, "cursor"),
        text(call, "status"),
        text(call, "blueprint_id"),
        text(call, "job_id"),
        text(call, "q"),
        call.has("since") ? Records.since("since", call.text("since")) : null);
  }

  private static String text(ApiCall call, String parameter) {
    return Objects.requireNonNullElse(call.text(parameter), "");
  }

  private RedactedRun run(ApiCall call) {
    return runs.find(call.text("run_id"));
  }

  /** The worker's result, else the job's result. */
  private ObjectNode result(RedactedRun folder) {
    return folder
        .readAsMade("result.json")
        .or(() -> folder.jobResult(id -> job(id).map(job -> job.parts().result())))
        .orElseThrow(() -> notFound("result"));
  }

  private ObjectNode finalArtifact(RedactedRun folder) {
    return folder
        .readAsMade("final_artifact.json")
        .or(
            () ->
                folder
                    .readAsMade("result.json")
                    .or(() -> folder.jobResult(id -> job(id).map(JobDetail::result)))
                    .map(result -> result.get("final_artifact"))
                    .filter(ObjectNode.class::isInstance)
                    .map(ObjectNode.class::cast))
        .orElseThrow(() -> notFound("final artifact"));
  }

  /** Empty when the runtime does not know the job. */
  private Optional<JobDetail> job(String jobId) {
    try {
      return jobId.isEmpty() ? Optional.empty() : Optional.of(jobs.get(jobId));
    } catch (MnException e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private ObjectNode listRunArtifacts(ApiCall call) {
    RedactedRun folder = run(call);
    ObjectNode answer = about(folder);
    ArrayNode list = answer.putArray("artifacts");
    folder.artifacts((file, why) -> omit(answer, file, why)).forEach(list::add);
    folder.outputs().forEach(list::add);
    return answer;
  }

  private static void omit(ObjectNode answer, String file, String why) {
    ArrayNode omitted = answer.withArray("omitted");
    if (omitted.size() < MOST_OMITTED) {
      omitted.addObject().put("relative_path", file).put("reason", why);
    }
  }

  private ObjectNode listRunOutputs(ApiCall call) {
    RedactedRun folder = run(call);
    ObjectNode answer = about(folder);
    ArrayNode list = answer.putArray("outputs");
    folder.outputs().forEach(list::add);
    return answer;
  }

  private ObjectNode getRunOutput(ApiCall call) {
    ServedFile output = output(call);
    return file(output).put("file_name", output.path().getFileName().toString());
  }

  private ServedFile output(ApiCall call) {
    return run(call).output(call.integer("output_index"));
  }

  private static ObjectNode about(RedactedRun folder) {
    return Json.object().put("run_id", folder.runId()).put("run_dir", folder.path().toString());
  }

  private static ObjectNode file(ServedFile file) {
    return Json.object()
        .put("path", file.path().toString())
        .put("within", file.within().toString())
        .put("content_type", file.contentType());
  }

  private static MnException notFound(String what) {
    return new MnException(
        ErrorCode.NOT_FOUND, what.replace(' ', '_') + "_not_found", what + " not found");
  }

  /**
   * Numbers the versions of lists that combine data of several nodes, for their followers. The
   * number is a time in milliseconds, so that it grows across nodes, too. Thread-safe.
   */
  private static final class SeenLists {
    /** Longer than the longest pause of a follower. */
    private static final Duration KEPT = Duration.ofMinutes(2);

    private static final int MOST = 200;

    private final Clock clock;
    private final Cache<Map<String, Object>, Seen> seen =
        Caffeine.newBuilder().expireAfterAccess(KEPT).maximumSize(MOST).build();

    private record Seen(Buffer page, long seq) {}

    SeenLists(Clock clock) {
      this.clock = clock;
    }

    /**
     * The number of a page; grows whenever the page differs from the previous one.
     *
     * @param question the filter of the list
     */
    long seq(Map<String, Object> question, Buffer page) {
      return seen.asMap()
          .compute(
              question,
              (asked, before) ->
                  before == null
                      ? new Seen(page, clock.millis())
                      : before.page.equals(page)
                          ? before
                          : new Seen(page, Math.max(clock.millis(), before.seq + 1)))
          .seq;
    }
  }

  /**
   * The video on the page of a run: a file of the run or of its job's bundle. Bundle locations in
   * {@code ui.json} are ignored.
   */
  static final class RunVideo {
    private final Function<String, Optional<JobDetail>> jobs;
    private final Path bundles;
    private final AllowedRoots reach;

    /**
     * @param jobs reads a job from the runtime
     * @param bundles the folder of bundles, each under its fingerprint
     * @param reach of the run alone
     */
    RunVideo(Function<String, Optional<JobDetail>> jobs, Path bundles, AllowedRoots reach) {
      this.jobs = jobs;
      this.bundles = bundles;
      this.reach = reach;
    }

    /**
     * @throws MnException NOT_FOUND, FORBIDDEN {@code video source is outside allowed roots}
     */
    ServedFile of(RedactedRun run) {
      ObjectNode ui =
          run.readAsMade("ui.json").filter(page -> !page.isEmpty()).orElseThrow(RunUi::notFound);
      Path source =
          Json.elements(ui.path("components"))
              .filter(component -> component.path("type").asText().equals("video"))
              .map(component -> component.path("source").asText(""))
              .filter(text -> !text.isBlank())
              .findFirst()
              .flatMap(text -> local(run, text))
              .orElseThrow(() -> notFound("local video not configured"));
      AllowedRoots.Place file =
          reach
              .within(run.path(), source)
              .or(() -> bundle(run).flatMap(root -> reach.and(root).within(run.path(), source)))
              .orElseThrow(
                  () ->
                      new MnException(
                          ErrorCode.FORBIDDEN,
                          "outside_allowed_roots",
                          "video source is outside allowed roots"));
      if (!UntrustedFiles.isFile(file.path())) {
        throw notFound("video source not found");
      }
      return new ServedFile(file.path(), contentType(source), file.root());
    }

    private Optional<Path> local(RedactedRun run, String source) {
      if (!source.matches("(?i)[a-z][a-z0-9+.-]*:.*")) {
        return reach.resolve(run.path(), source);
      }
      try {
        URI uri = URI.create(source);
        return uri.getScheme().equalsIgnoreCase("file") && uri.getPath() != null
            ? reach.resolve(run.path(), uri.getPath())
            : Optional.empty();
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }

    /** The payload folder of the run's job, if the job names this run. */
    private Optional<Path> bundle(RedactedRun run) {
      return jobs.apply(run.jobId())
          .filter(job -> job.facts().runId() == null || job.facts().runId().equals(run.runId()))
          .map(JobDetail::bundleFingerprint)
          .filter(fingerprint -> fingerprint.matches("[0-9a-f]{64}"))
          .map(bundles::resolve);
    }

    private static String contentType(Path file) {
      try {
        return Objects.requireNonNullElse(
            Files.probeContentType(file.getFileName()), "application/octet-stream");
      } catch (IOException e) {
        return "application/octet-stream";
      }
    }

    private static MnException notFound(String message) {
      return new MnException(ErrorCode.NOT_FOUND, "video_not_found", message);
    }
  }

  /** The area {@code runs}: the folders of runs and the files in them. */
  public static final class RunsModule {
    private RunsModule() {}

    public static AreaVerticle of(Platform platform) {
      Config config = platform.config();
      Desktop desktop =
          Desktop.find(config.api().host(), platform.environment(), System.getProperty("os.name"));
      return new RunsVerticle(
          platform.shownRuns(),
          platform.index(),
          platform.jobs(),
          platform.services(),
          new RunsVerticle.Places(config.home().resolve("bundles"), platform.userHome()),
          desktop,
          platform.clock());
    }
  }
}

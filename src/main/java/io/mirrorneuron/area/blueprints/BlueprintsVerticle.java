package io.mirrorneuron.area.blueprints;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.area.Platform;
import io.mirrorneuron.blueprint.Blueprint;
import io.mirrorneuron.blueprint.Catalog;
import io.mirrorneuron.blueprint.Catalog.Category;
import io.mirrorneuron.blueprint.Catalogs;
import io.mirrorneuron.blueprint.Catalogs.Refreshed;
import io.mirrorneuron.blueprint.bundle.BlueprintBundle;
import io.mirrorneuron.blueprint.bundle.BlueprintForm;
import io.mirrorneuron.blueprint.bundle.ConfiguredBundle;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaThreads;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.AskedWait;
import io.mirrorneuron.launch.LaunchCheck;
import io.mirrorneuron.launch.LaunchOrder;
import io.mirrorneuron.launch.LaunchRecord.LaunchTicket;
import io.mirrorneuron.launch.LaunchRecord.Launched;
import io.mirrorneuron.launch.Launches;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.TriggerEvents.NewEvent;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

public final class BlueprintsVerticle extends AreaVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(BlueprintsVerticle.class);
  private static final int LIMIT = 64;

  private final BundleStaging staging;
  private final TriggerEvents events;
  private final Catalogs catalogs;
  private final BlueprintLists lists = new BlueprintLists();

  /**
   * @param events receives an event for each uploaded bundle
   */
  public BlueprintsVerticle(
      BundleStaging staging,
      TriggerEvents events,
      Catalogs catalogs,
      Launches launches,
      SchedulesPort schedules) {
    super("blueprints", LIMIT);
    this.staging = staging;
    this.events = events;
    this.catalogs = catalogs;
    on("uploadBundle", this::uploadBundle);
    on("listBlueprints", this::list);
    on("getBlueprint", this::one);
    LaunchCalls calls = new LaunchCalls(launches, threads());
    on("validateBlueprint", calls::checkBlueprint);
    on("validateLaunch", calls::checkSource);
    on("scheduleLaunch", call -> ScheduledLaunch.make(launches, schedules, call));
    on("getLaunchProgress", calls::progress);
    on("updateBlueprints", call -> lists.of(catalogs.refreshed()));
    on("installBlueprint", call -> launches.models().install(LaunchRequest.installed(call)));
    on("uninstallBlueprint", call -> uninstall(launches, call));
    onHot("launchBlueprint", call -> calls.launchBlueprint(vertx, call, gone(call)));
    onHot("launch", call -> calls.launchSource(vertx, call, gone(call)));
    onHot("streamLaunchProgress", call -> calls.news(vertx, call));
  }

  private record One(
      Blueprint blueprint, @JsonInclude(JsonInclude.Include.NON_NULL) BlueprintForm form) {}

  /** The catalog also lists a bundle that cannot be read; its launch reports the error. */
  private One one(ApiCall call) {
    Blueprint blueprint = catalogs.get(call.text("blueprint_id"));
    try {
      Path folder = catalogs.bundle(blueprint);
      BlueprintBundle bundle = BlueprintBundle.ofCatalog(blueprint, folder);
      return new One(blueprint, ConfiguredBundle.form(bundle));
    } catch (MnException e) {
      LOG.debug("nobody can launch the blueprint {}: {}", blueprint.id(), e.getMessage());
      return new One(blueprint, null);
    }
  }

  private static Object uninstall(Launches launches, ApiCall call) {
    String id = Catalogs.checked(call.text("blueprint_id"));
    return launches.models().uninstall(id, call.flag("remove_models"));
  }

  private Buffer list(ApiCall call) {
    String wanted = call.has("category") ? call.text("category") : "";
    return lists.of(catalogs.current(), Catalogs.slugs(wanted));
  }

  private ObjectNode uploadBundle(ApiCall call) {
    try {
      return uploaded(call);
    } catch (MnException e) {
      throw Fault.listed(e);
    }
  }

  private ObjectNode uploaded(ApiCall call) {
    ApiCall.Upload upload = call.upload();
    if (!upload.fileName().toLowerCase(Locale.ROOT).endsWith(".zip")) {
      throw new MnException(ErrorCode.MALFORMED, "invalid_bundle", "bundle must be a .zip file");
    }
    BundleStaging.Bundle bundle = staging.unpack(upload.path());
    ObjectNode answer = Json.object().put("bundle_path", bundle.handle());
    answer.set("manifest", named(bundle.manifest().tree()));
    tell(bundle, upload);
    return answer;
  }

  /** The web page of release 1.2.5 shows the graph id; in the short form that is the name. */
  private static JsonNode named(ObjectNode manifest) {
    boolean isShort = manifest.get("steps") instanceof ArrayNode && !manifest.has("graph_id");
    return isShort && manifest.get("name") instanceof TextNode name
        ? Json.object().<ObjectNode>setAll(manifest).set("graph_id", name)
        : manifest;
  }

  /** The upload succeeds even if the event cannot be published. */
  private void tell(BundleStaging.Bundle bundle, ApiCall.Upload upload) {
    Map<String, Object> payload = new LinkedHashMap<>();
    payload.put("bundle_path", bundle.handle());
    payload.put("filename", upload.fileName());
    payload.put("content_type", "application/zip");
    try {
      events.emit(new NewEvent(null, "bundle_uploaded", NewEvent.GATEWAY, payload));
    } catch (MnException e) {
      LOG.warn("nobody was told of the bundle {}: {}", bundle.handle(), e.getMessage());
    }
  }

  /**
   * Encoded lists of blueprints. Ten thousand blueprints are megabytes, so each list is encoded
   * once per catalog. Thread-safe.
   */
  private static final class BlueprintLists {
    /** Bytes of all cached lists. */
    private static final long MOST = 32 << 20;

    private final Cache<Set<String>, Written> written =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumWeight(MOST)
            .<Set<String>, Written>weigher((slugs, list) -> list.answer().length())
            .build();

    private record Written(Catalog catalog, Buffer answer) {}

    private record All(
        String repoDir,
        List<Blueprint> blueprints,
        List<Category> categories,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings) {}

    /**
     * @param slugs of categories; empty for all
     */
    Buffer of(Catalog catalog, Set<String> slugs) {
      Written before = written.getIfPresent(slugs);
      if (before != null && before.catalog() == catalog) {
        return before.answer();
      }
      Buffer answer = encode(catalog, slugs, List.of());
      written.put(slugs, new Written(catalog, answer));
      return answer;
    }

    /** The whole catalog, with warnings if it could not be refreshed. */
    Buffer of(Refreshed refreshed) {
      return refreshed.warnings().isEmpty()
          ? of(refreshed.catalog(), Set.of())
          : encode(refreshed.catalog(), Set.of(), refreshed.warnings());
    }

    private static Buffer encode(Catalog catalog, Set<String> slugs, List<String> warnings) {
      return AreaVerticle.encode(
          new All(catalog.folder().toString(), catalog.in(slugs), catalog.categories(), warnings));
    }
  }

  /**
   * The members of {@code POST /blueprints/launch/schedules} that a launch does not have.
   *
   * @param schedule as {@code POST /schedules} takes it
   * @param runId refused: each job has a run of its own
   * @param progressId refused: nothing is launched now
   */
  private record ScheduledLaunch(Map<String, Object> schedule, String runId, String progressId) {
    private static final String SCHEDULE = "schedule";

    /**
     * Creates a schedule whose jobs are the ones that this launch would create.
     *
     * @throws MnException INVALID for members that have no meaning here; else as the launch or the
     *     schedule
     */
    static ScheduleView make(Launches launches, SchedulesPort schedules, ApiCall call) {
      ScheduledLaunch body = Json.read(call.body(), ScheduledLaunch.class, "body");
      LaunchRequest request = LaunchRequest.ofSource(call);
      body.requireFit(call.members(), LaunchRequest.members(request.order().source()));
      Map<String, Object> when = body.schedule == null ? Map.of() : body.schedule;
      return launches
          .checking()
          .prepared(
              request.order(),
              (blueprint, bundle) -> {
                Map<String, Object> source = new LinkedHashMap<>();
                source.put("launch", request.order().source().word());
                source.put("bundle", blueprint);
                return schedules.create(new NewSchedule(bundle.by(call.subject()), when, source));
              });
    }

    private void requireFit(Set<String> members, Set<String> known) {
      List<Fault> faults = new ArrayList<>();
      if (runId != null) {
        faults.add(
            fault("run_id", "means nothing here: each job of a schedule has a run of its own"));
      }
      if (progressId != null) {
        faults.add(fault("progress_id", "means nothing here: nothing is launched now"));
      }
      known.add(SCHEDULE);
      members.stream()
          .filter(name -> !known.contains(name))
          .forEach(name -> faults.add(fault(name, "is unknown")));
      if (!faults.isEmpty()) {
        throw Fault.refusal(faults);
      }
    }

    private static Fault fault(String member, String message) {
      return new Fault("value_error", List.of("body", member), message, null);
    }
  }

  /** Operations that launch and that report the progress of launches. */
  static final class LaunchCalls {
    private final Launches launches;
    private final AreaThreads threads;

    LaunchCalls(Launches launches, AreaThreads threads) {
      this.launches = launches;
      this.threads = threads;
    }

    Future<Buffer> launchBlueprint(Vertx vertx, ApiCall call, Future<Void> gone) {
      LaunchRequest request = LaunchRequest.ofBlueprint(call);
      return launch(
          new Waiting(vertx, call, gone),
          request.order(),
          done -> LaunchAnswers.ofBlueprint(done, request.warnings()));
    }

    Future<Buffer> launchSource(Vertx vertx, ApiCall call, Future<Void> gone) {
      LaunchRequest request = LaunchRequest.ofSource(call);
      return launch(
          new Waiting(vertx, call, gone),
          request.order(),
          done -> LaunchAnswers.ofSource(done, request.order(), request.warnings()));
    }

    private Future<Buffer> launch(
        Waiting waiting, LaunchOrder order, Function<Launched, Object> form) {
      return threads
          .blocking(() -> launches.launch(order))
          .compose(ticket -> settled(waiting, ticket))
          .map(launched -> AreaVerticle.encode(form.apply(launched)))
          .recover(
              failure ->
                  Future.failedFuture(
                      failure instanceof MnException reported ? Fault.listed(reported) : failure));
    }

    /**
     * A call that waits.
     *
     * @param gone completes when the caller has disconnected
     */
    private record Waiting(Vertx vertx, ApiCall call, Future<Void> gone) {}

    /** The finished launch or, when the caller's wait is over, its state so far. */
    private static Future<Launched> settled(Waiting waiting, LaunchTicket ticket) {
      Vertx vertx = waiting.vertx;
      ApiCall call = waiting.call;
      Duration wait = AskedWait.of(call).orElse(AskedWait.LONGEST);
      Future<Launched> found = future(vertx, ticket.found());
      Future<Launched> done = future(vertx, ticket.done());
      if (wait.isZero()) {
        call.accept();
        return found;
      }
      Promise<Launched> first = Promise.promise();
      Runnable over = () -> found.onSuccess(state -> goesOn(call, state, first));
      long timer = vertx.setTimer(wait.toMillis(), late -> over.run());
      waiting.gone.onSuccess(left -> over.run());
      done.onComplete(
          end -> {
            vertx.cancelTimer(timer);
            if (end.succeeded()) {
              first.tryComplete(end.result());
            } else {
              first.tryFail(end.cause());
            }
          });
      return first.future();
    }

    private static void goesOn(ApiCall call, Launched state, Promise<Launched> first) {
      if (!first.future().isComplete()) {
        call.accept();
        first.complete(state);
      }
    }

    private static <T> Future<T> future(Vertx vertx, CompletionStage<T> stage) {
      return Future.fromCompletionStage(stage, vertx.getOrCreateContext());
    }

    Object progress(ApiCall call) {
      return launches.progress(call.text("progress_id"));
    }

    /** Progress after the cursor; may wait until there is some. */
    Future<Buffer> news(Vertx vertx, ApiCall call) {
      return news(vertx, call, System.nanoTime() + call.patience().toNanos());
    }

    private Future<Buffer> news(Vertx vertx, ApiCall call, long until) {
      CompletableFuture<Void> next = launches.news(call.text("progress_id"));
      return threads
          .inLine(
              () ->
                  launches.newsAfter(
                      call.text("progress_id"), call.has("after") ? call.integer("after") : 0))
          .compose(
              page -> {
                Duration left = Duration.ofNanos(until - System.nanoTime());
                return page.data().isEmpty() && !page.ended() && left.isPositive()
                    ? awaited(vertx, future(vertx, next), left)
                        .compose(done -> news(vertx, call, until))
                    : Future.succeededFuture(AreaVerticle.encode(page));
              });
    }

    private static Future<Void> awaited(Vertx vertx, Future<Void> next, Duration left) {
      Promise<Void> first = Promise.promise();
      long timer = vertx.setTimer(Math.max(1, left.toMillis()), late -> first.tryComplete());
      next.onComplete(
          done -> {
            vertx.cancelTimer(timer);
            first.tryComplete();
          });
      return first.future();
    }

    private record OfCheck(Object blueprint, Validation validation) {}

    Object checkBlueprint(ApiCall call) {
      LaunchCheck check = check(LaunchRequest.ofBlueprint(call));
      return new OfCheck(check.blueprint(), check.validation());
    }

    Object checkSource(ApiCall call) {
      return check(LaunchRequest.ofSource(call));
    }

    /** The check reports in its own document the issues that a launch returns as warnings. */
    private LaunchCheck check(LaunchRequest request) {
      LaunchCheck check = launches.checking().of(request.order());
      List<Issue> warnings =
          request.warnings().stream()
              .map(words -> Issue.warning("request.unknown_member", words, "", Location.BUNDLE))
              .toList();
      return new LaunchCheck(
          check.source(),
          check.blueprint(),
          check.validation().withFirst(warnings),
          check.manifest(),
          check.form());
    }

    /** Answers of the launch operations. */
    static final class LaunchAnswers {
      private LaunchAnswers() {}

      static Object ofBlueprint(Launched launched, List<String> warnings) {
        return OfBlueprint.of(launched, warnings);
      }

      static Object ofSource(Launched launched, LaunchOrder order, List<String> warnings) {
        return OfSource.of(launched, order, warnings);
      }

      private record OfBlueprint(
          String jobId,
          String id,
          String runId,
          String status,
          Object blueprint,
          Validation validation,
          Object modelInstall,
          String progressId,
          String progressUrl,
          Object webUiService,
          @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings) {

        static OfBlueprint of(Launched launched, List<String> warnings) {
          return new OfBlueprint(
              launched.jobId(),
              launched.jobId(),
              launched.runId(),
              launched.status(),
              launched.blueprint(),
              launched.validation(),
              launched.modelInstall(),
              launched.progressId(),
              url(launched),
              launched.webUiService(),
              all(launched, warnings));
        }
      }

      /**
       * @param command the equivalent command line, without inputs and configuration; null for an
       *     upload. The web page of release 1.2.5 accepts only text here
       */
      private record OfSource(
          String jobId,
          String id,
          String runId,
          String status,
          String source,
          Object blueprint,
          Object validation,
          Object modelInstall,
          String progressId,
          String progressUrl,
          @JsonInclude(JsonInclude.Include.NON_NULL) String command,
          @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings) {

        private static final Pattern PLAIN = Pattern.compile("[\\w./:@%+,=-]+");

        static OfSource of(Launched launched, LaunchOrder order, List<String> warnings) {
          return new OfSource(
              launched.jobId(),
              launched.jobId(),
              launched.runId(),
              launched.status(),
              launched.source(),
              launched.blueprint(),
              launched.validation() == null && order.force()
                  ? Skipped.REPORT
                  : launched.validation(),
              launched.modelInstall(),
              launched.progressId(),
              url(launched),
              command(order),
              all(launched, warnings));
        }

        private static String command(LaunchOrder order) {
          if (order.source() == LaunchOrder.Source.BUNDLE) {
            return null; // a terminal cannot name an upload
          }
          List<String> words = new ArrayList<>(List.of("mn", "blueprint", "run"));
          if (order.source() == LaunchOrder.Source.PATH) {
            words.add("--folder");
          }
          words.add(order.place());
          words.add("--detached");
          if (order.runId() != null) {
            words.addAll(List.of("--run-id", order.runId()));
          }
          if (order.force()) {
            words.add("--force");
          }
          return words.stream().map(OfSource::quoted).collect(Collectors.joining(" "));
        }

        /** Quotes the word for a shell if necessary. */
        private static String quoted(String word) {
          return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
        }
      }

      /** The report of a skipped validation. */
      private record Skipped(boolean ok, String status, List<String> issues, List<String> errors) {
        static final Skipped REPORT = new Skipped(true, "skipped", List.of(), List.of());
      }

      private static String url(Launched launched) {
        return "/api/v1/blueprints/launch/progress/" + launched.progressId();
      }

      private static List<String> all(Launched launched, List<String> warnings) {
        List<String> all = new ArrayList<>(warnings);
        all.addAll(launched.warnings());
        return all;
      }
    }
  }

  /** The area {@code blueprints}: blueprints and uploaded bundles. */
  public static final class BlueprintsModule {
    private BlueprintsModule() {}

    public static AreaVerticle of(Platform platform) {
      return new BlueprintsVerticle(
          platform.staging(),
          platform.events(),
          platform.catalogs(),
          platform.launches(),
          platform.schedules());
    }
  }
}

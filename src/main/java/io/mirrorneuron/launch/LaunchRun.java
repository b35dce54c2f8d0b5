package io.mirrorneuron.launch;

import io.mirrorneuron.config.TrustedFolders.Refusal;
import io.mirrorneuron.launch.LaunchRecord.LaunchEvent;
import io.mirrorneuron.launch.LaunchRecord.Launched;
import io.mirrorneuron.launch.LaunchRecord.Phase;
import io.mirrorneuron.launch.hook.BundleHooks;
import io.mirrorneuron.launch.hook.HookStore.HookNews;
import io.mirrorneuron.launch.hook.HookStore.HookOrder;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.port.ModelsPort.ModelInstalls;
import io.mirrorneuron.port.ModelsPort.ModelOwner;
import io.mirrorneuron.port.ModelsPort.PullProgress;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.wire.LaunchSecrets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * One launch, from its current phase to its end. After a take-over interrupted steps are repeated:
 * all of them until the bundle to submit is kept; after that only the submission, which is
 * idempotent.
 */
final class LaunchRun {
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final int TRIES = 120; // within ten minutes

  private final LaunchPorts ports;
  private final LaunchLog log;
  private final LaunchOrder order;
  private LaunchBundle bundle;
  private Validation validation;
  private ModelInstalls models;
  private List<String> links = List.of();
  private boolean isOurs; // the run: another launch may have the one that was ordered

  LaunchRun(LaunchPorts ports, LaunchLog log) {
    this.ports = ports;
    this.log = log;
    this.order = log.launch().order();
  }

  /**
   * Finds the bundle; the first step.
   *
   * @param naming gives the run its id, once the bundle is known
   * @throws MnException when there is none; the launch is over then
   */
  Launched find(BiFunction<LaunchRecord, LaunchBundle, String> naming) {
    boolean isKept = log.launch().isKept();
    if (log.wasTakenUp()) {
      orEnd(isKept ? Phase.SUBMIT : Phase.RESOLVE_SOURCE, () -> takeUp(naming));
    }
    if (!isKept) {
      orEnd(Phase.RESOLVE_SOURCE, () -> resolve(naming));
    }
    return state(null, "launching", List.of());
  }

  private void takeUp(BiFunction<LaunchRecord, LaunchBundle, String> naming) {
    if (log.launch().hasRun()) {
      naming.apply(log.launch(), null);
      isOurs = true;
    }
    RecoveredLaunches.count(log, ports.patience());
  }

  private void resolve(BiFunction<LaunchRecord, LaunchBundle, String> naming) {
    log.running(Phase.RESOLVE_SOURCE, "Looking for the bundle.");
    bundle = ports.sources().find(order);
    log.found(
        naming.apply(log.launch(), bundle),
        "The bundle is there.",
        LaunchEvent.details("source", order.source().word(), "blueprint_id", bundle.blueprintId()));
    isOurs = true;
  }

  /**
   * All other steps.
   *
   * @throws MnException when one failed; the launch is over then
   */
  Launched finish() {
    if (!log.launch().isKept()) {
      orEnd(Phase.VALIDATION, this::requireConfiguration);
      orEnd(Phase.PREPARE_BUNDLE, () -> links = ports.store().expect(submission()));
      orEnd(Phase.REQUIREMENTS, this::requirements);
      orEnd(Phase.MODEL_INSTALL, this::installModels);
      HookPhases hooks = new HookPhases(ports, log, bundle);
      orEnd(Phase.CLEANUP, hooks::cleanUp);
      orEnd(Phase.PRE_LAUNCH, hooks::begin);
      orEnd(Phase.VALIDATION, this::validate);
      orEnd(Phase.PREPARE_BUNDLE, this::keep);
    }
    SubmittedJob[] job = new SubmittedJob[1];
    orEnd(Phase.SUBMIT, () -> job[0] = submit());
    List<String> warnings = LaunchReports.warnings(job[0].warnings(), links, bundle);
    return state(job[0].jobId(), job[0].status(), warnings);
  }

  /** It needs its bundle no more. */
  void close() {
    if (bundle != null) {
      bundle.close();
    }
  }

  private Launched state(String jobId, String status, List<String> warnings) {
    return new Launched(
        jobId,
        log.launch().runId(),
        status,
        order.source().word(),
        bundle == null ? null : bundle.blueprint(),
        validation,
        models,
        log.launch().id(),
        bundle == null ? null : bundle.webUi(),
        warnings);
  }

  /**
   * Runs a step; its failure ends the launch, unless the server stops: then the next server
   * continues.
   */
  private void orEnd(Phase phase, Runnable step) {
    try {
      orAgain(step);
    } catch (MnException e) {
      MnException failure = e.with(LaunchReports.whose(log.launch(), bundle, models));
      if (!ports.patience().isOver()) {
        leaveNothing();
        log.failed(phase, failure);
      }
      throw failure;
    }
  }

  /** Removes what this launch has made of its run; the work of another launch stays. */
  void leaveNothing() {
    LaunchRecord launch = log.launch();
    if (isOurs) {
      ports.hooks().abandon(launch.runId(), launch.id());
      ports.sources().displace(launch.submissionId());
    }
  }

  /** Retries: after a take-over the launch may run before its runtime is ready. */
  private void orAgain(Runnable step) {
    for (int tries = 1; ; tries++) {
      try {
        step.run();
        return;
      } catch (MnException e) {
        boolean isAway = e.code() == ErrorCode.UNAVAILABLE && e.error().equals("unavailable");
        if (!log.wasTakenUp() || !isAway || tries == TRIES || !ports.patience().await(PAUSE)) {
          throw e;
        }
      }
    }
  }

  /** Without that nothing else can be done; what else is wrong is told as well. */
  private void requireConfiguration() {
    Validation report = bundle.configuration();
    if (!report.ok()) {
      validation = LaunchChecks.refusal(ports, order, bundle, log.launch().runId(), report);
      throw LaunchReports.invalid(validation);
    }
  }

  private void requirements() {
    log.running(Phase.REQUIREMENTS, "Asking the nodes what they have.");
    Submission asking = submission();
    asking = asking.from(asking.origin().asked()); // its rules are asked later
    Validation unmet = LaunchReports.ofRequirements(ports.jobs().validate(asking));
    if (!unmet.ok()) {
      throw LaunchReports.unmet(unmet);
    }
    log.completed(
        Phase.REQUIREMENTS,
        "There is a node that has what it requires.",
        LaunchEvent.details("validation", unmet, "run_id", log.launch().runId()));
  }

  private void installModels() {
    if (!bundle.models().isEmpty()) {
      log.running(Phase.MODEL_INSTALL, "Looking after its models.");
    }
    models =
        ports
            .models()
            .installAll(bundle.models(), new ModelOwner(bundle.blueprintId()), this::reported);
    if (!models.ok()) {
      throw LaunchReports.models(models);
    }
    log.completed(
        Phase.MODEL_INSTALL,
        bundle.models().isEmpty() ? "It needs no models." : "Its models are there.",
        Map.of("model_install", models));
  }

  private void reported(PullProgress pull) {
    log.progress(
        Phase.MODEL_INSTALL,
        "%s: %d of %d bytes".formatted(pull.model(), pull.pulledBytes(), pull.totalBytes()),
        Map.of("pull", pull));
  }

  private void validate() {
    if (order.force()) {
      log.skipped(Phase.VALIDATION, "Not validated: the launch is forced.");
      return;
    }
    log.running(Phase.VALIDATION, "Validating it.");
    validation = ports.jobs().validate(submission()).withFirst(bundle.strange());
    if (!validation.ok()) {
      throw LaunchReports.invalid(validation);
    }
    log.completed(Phase.VALIDATION, "It is valid.", Map.of("validation", validation));
  }

  private void keep() {
    log.running(Phase.PREPARE_BUNDLE, "Preparing the bundle.");
    bundle.place(
        log.launch().submissionId(),
        bytes ->
            log.progress(
                Phase.PREPARE_BUNDLE,
                "Copying its inputs: %d MiB.".formatted(bytes >> 20),
                Map.of("copied_bytes", bytes)));
    ports.store().keep(log.launch(), submission());
    log.prepared("The bundle is prepared.");
    bundle.copied();
  }

  private Submission submission() {
    return bundle.submission(log.launch().runId());
  }

  private SubmittedJob submit() {
    boolean isFirst = !log.launch().hasCome(Phase.SUBMIT);
    if (isFirst) {
      ports.jobs().list(1, true); // while the runtime does not answer, nobody waits for nothing
      log.running(Phase.SUBMIT, "Submitting the job.");
    }
    SubmittedJob job = new Submitting(ports).submit(log.launch(), !isFirst);
    ports.hooks().submitted(log.launch().runId(), job.jobId());
    log.submitted(job.jobId());
    return job;
  }

  /** The phases of a launch in which hooks of older runs end, and its own begin. */
  private record HookPhases(LaunchPorts ports, LaunchLog log, LaunchBundle bundle) {

    void cleanUp() {
      List<String> ended = ports.hooks().cleanUp(bundle.blueprintId(), log.launch().runId());
      if (ended.isEmpty()) {
        log.skipped(Phase.CLEANUP, "Older runs have left no helpers.");
      } else {
        log.completed(Phase.CLEANUP, "Helpers of older runs are ended.", Map.of("run_ids", ended));
      }
    }

    void begin() {
      BundleHooks hooks = bundle.hooks();
      if (hooks.isNone()) {
        log.skipped(Phase.PRE_LAUNCH, "It has no preparation of its own.");
        return;
      }
      Optional<Refusal> refusal = ports.hooks().refusal(hooks);
      if (refusal.isEmpty()) {
        run(hooks);
      } else if (log.launch().order().force()) {
        log.skipped(
            Phase.PRE_LAUNCH,
            "Its %s is not run, as %s: the launch is forced."
                .formatted(hooks.names(), refusal.get().why()));
      } else {
        throw notRun(hooks, refusal.get());
      }
    }

    private static MnException notRun(BundleHooks hooks, Refusal refusal) {
      return new MnException(
          ErrorCode.PRECONDITION,
          LaunchReports.PREPARATION_NOT_RUN,
          "the bundle has %s, and %s. %s Or do by hand what it does, and launch it with force."
              .formatted(hooks.names(), refusal.why(), refusal.help()));
    }

    private void run(BundleHooks hooks) {
      log.running(Phase.PRE_LAUNCH, "Running " + hooks.names() + ".");
      LaunchRecord launch = log.launch();
      HookNews news =
          ports
              .hooks()
              .begin(
                  new HookOrder(
                      launch.runId(),
                      bundle.blueprintId(),
                      launch.id(),
                      hooks,
                      bundle.configJson(),
                      LaunchSecrets.of(
                          bundle.submission(launch.runId()).manifestJson(), bundle.configJson())));
      bundle.reported(news);
      log.completed(
          Phase.PRE_LAUNCH,
          hooks.hasBefore() ? "Its preparation is ready." : "It will clear up after its job.",
          LaunchEvent.details(
              "env",
              news.environment().keySet().stream().sorted().toList(),
              "config",
              news.config().keySet().stream().sorted().toList()));
    }
  }

  /**
   * Submits the kept bundle. While it is unknown whether the runtime has it, the submission is
   * repeated under the same key, which makes no second job.
   */
  private record Submitting(LaunchPorts ports) {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final int TRIES = 25; // within ten minutes

    /** Refusals of the submission itself, which do not depend on an earlier submission. */
    private static final Set<ErrorCode> OF_THE_WISH =
        EnumSet.of(
            ErrorCode.MALFORMED,
            ErrorCode.INVALID,
            ErrorCode.TOO_LARGE,
            ErrorCode.CONFLICT,
            ErrorCode.UNAUTHENTICATED,
            ErrorCode.FORBIDDEN,
            ErrorCode.DATA_LOSS);

    /**
     * @param wasTried whether a server before may have submitted it
     * @throws MnException what the runtime said; UNAVAILABLE {@code submission_unknown} when it did
     *     not say for ten minutes whether there is a job
     */
    SubmittedJob submit(LaunchRecord launch, boolean wasTried) {
      Submission wish = wish(launch);
      Duration pause = FIRST_PAUSE;
      boolean isUnsure = wasTried;
      for (int i = 1; ; i++) {
        try {
          return ports.jobs().submit(wish);
        } catch (MnException e) {
          isUnsure |= isSilence(e);
          if (!isUnsure || OF_THE_WISH.contains(e.code())) {
            throw e;
          }
          if (i == TRIES || !ports.patience().await(pause)) {
            throw unknown(launch, e);
          }
          pause = pause.multipliedBy(2);
          pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        }
      }
    }

    private Submission wish(LaunchRecord launch) {
      Submission kept = ports.store().kept(launch);
      return new Submission(
          kept.manifestJson(),
          kept.payloads(),
          "launch-" + launch.key(),
          launch.order().by(),
          kept.origin().asked());
    }

    /** Whether the failure does not say whether there is a job. */
    private static boolean isSilence(MnException failure) {
      return failure.code() == ErrorCode.TIMEOUT
          || failure.code() == ErrorCode.UNAVAILABLE
              && (failure.error().equals("unavailable") || failure.isStorageFull());
    }

    private static MnException unknown(LaunchRecord launch, MnException last) {
      return new MnException(
          ErrorCode.UNAVAILABLE,
          "submission_unknown",
          "the runtime does not say whether it has the job (%s); look for run %s before you launch again"
              .formatted(last.getMessage(), launch.runId()),
          null,
          last);
    }
  }
}

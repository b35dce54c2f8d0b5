package io.mirrorneuron.launch;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ModelsPort.ModelInstalls;
import io.mirrorneuron.port.ModelsPort.ModelOwner;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Checks launches without starting them, and prepares submissions for a later launch. */
public final class LaunchChecks {
  private final LaunchPorts ports;
  private final OpenRuns runs;

  LaunchChecks(LaunchPorts ports, OpenRuns runs) {
    this.ports = ports;
    this.runs = runs;
  }

  /**
   * The answer that {@link Launches#launch} would give.
   *
   * @throws MnException when there is no such bundle, or it cannot have these ids; STORAGE_FULL or
   *     INVALID when its files could not be copied
   */
  public LaunchCheck of(LaunchOrder order) {
    order.requireIds();
    try (LaunchBundle bundle = ports.sources().find(order)) {
      return new LaunchCheck(
          order.source().word(),
          bundle.blueprint(),
          report(order, bundle),
          bundle.manifest(),
          bundle.form());
    }
  }

  private Validation report(LaunchOrder order, LaunchBundle bundle) {
    Validation report = whole(ports, order, bundle, runs.id(order, bundle), bundle.configuration());
    return order.runId() == null ? report : report.withFirst(ofRun(order));
  }

  /** What keeps the launch from having the run that it names. */
  private List<Issue> ofRun(LaunchOrder order) {
    return runs
        .launching(order.runId())
        .or(
            () ->
                ports.hooks().isRun(order.runId())
                    ? Optional.of("there is a run %s".formatted(order.runId()))
                    : Optional.empty())
        .map(words -> LaunchReports.ofRun(LaunchReports.RUN_ID_IN_USE, words))
        .stream()
        .toList();
  }

  /**
   * The report of a launch whose configuration or answers do not fit, with all other issues;
   * without those while the runtime does not answer.
   *
   * @param configuration its faults
   */
  static Validation refusal(
      LaunchPorts ports,
      LaunchOrder order,
      LaunchBundle bundle,
      String runId,
      Validation configuration) {
    try {
      return whole(ports, order, bundle, runId, configuration);
    } catch (MnException e) {
      return configuration;
    }
  }

  private static Validation whole(
      LaunchPorts ports,
      LaunchOrder order,
      LaunchBundle bundle,
      String runId,
      Validation configuration) {
    List<Issue> first = new ArrayList<>(configuration.issues());
    if (!bundle.hooks().isNone() && !order.force()) {
      ports
          .hooks()
          .refusal(bundle.hooks())
          .map(refusal -> LaunchReports.ofHooks(bundle.hooks(), refusal))
          .ifPresent(first::add);
    }
    Optional<Submission> submission = submission(bundle, runId, configuration.ok());
    if (configuration.ok()) {
      submission.map(ports.store()::expect).map(LaunchReports::ofLinks).ifPresent(first::addAll);
    }
    return submission
        .map(ports.jobs()::validate)
        .map(report -> LaunchReports.withModels(report, bundle.models(), ports.models()))
        .map(report -> configuration.ok() ? report : LaunchReports.besideAnswers(report))
        .map(report -> report.withFirst(first))
        .orElseGet(() -> Validation.of(first, null));
  }

  /**
   * Empty where not even what fits makes a manifest.
   *
   * @param isWhole whether rules may be asked, as they look at answers
   */
  private static Optional<Submission> submission(
      LaunchBundle bundle, String runId, boolean isWhole) {
    try {
      Submission submission = bundle.submission(runId);
      return Optional.of(isWhole ? submission : submission.from(submission.origin().asked()));
    } catch (MnException e) {
      if (isWhole) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /**
   * Installs the models of a bundle and passes on what a launch would submit, without a run: the
   * submitter names one.
   *
   * @param use receives the blueprint's id and the submission; returns once it has its own copy
   * @throws MnException when there is no such bundle, when its configuration or answers do not fit,
   *     or a model cannot be installed; PRECONDITION when it has hooks
   */
  public <T> T prepared(LaunchOrder order, BiFunction<String, Submission, T> use) {
    try (LaunchBundle bundle = ports.sources().find(order)) {
      Validation configuration = bundle.configuration();
      if (!configuration.ok()) {
        throw LaunchReports.invalid(configuration);
      }
      if (!bundle.hooks().isNone() && !order.force()) {
        throw new MnException(
            ErrorCode.PRECONDITION,
            LaunchReports.PREPARATION_NOT_RUN,
            "the bundle has %s, which is not run for the jobs of a schedule: do by hand what it does, and use force"
                .formatted(bundle.hooks().names()));
      }
      ModelInstalls models =
          ports
              .models()
              .installAll(bundle.models(), new ModelOwner(bundle.blueprintId()), pull -> {});
      if (!models.ok()) {
        throw LaunchReports.models(models);
      }
      ports.store().expect(bundle.submission(runs.id(order, bundle)));
      T done = use.apply(bundle.blueprintId(), bundle.submission(runs.id(order, bundle)));
      bundle.copied();
      return done;
    }
  }
}

package io.mirrorneuron.launch;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.models.ModelInstalls;
import io.mirrorneuron.port.models.ModelOwner;
import java.util.function.BiFunction;

/** Says what launches would be told, and gives what they would submit to who launches later. */
public final class Checking {
  private final LaunchPorts ports;
  private final OpenRuns runs;

  Checking(LaunchPorts ports, OpenRuns runs) {
    this.ports = ports;
    this.runs = runs;
  }

  /**
   * What {@link Launches#launch} would say to it.
   *
   * @throws MnException when there is no such bundle, or it cannot have these ids; STORAGE_FULL or
   *     INVALID when its files could not be copied
   */
  public LaunchCheck of(LaunchOrder order) {
    order.requireIds();
    try (LaunchBundle bundle = ports.sources().find(order)) {
      return new LaunchCheck(
          order.source().word(), bundle.blueprint(), report(order, bundle), bundle.manifest());
    }
  }

  private Validation report(LaunchOrder order, LaunchBundle bundle) {
    Validation configuration = bundle.configuration();
    if (!configuration.ok()) {
      return configuration;
    }
    Submission submission = bundle.submission(runs.id(order, bundle));
    ports.store().expect(submission);
    Validation report = ports.jobs().validate(submission);
    return LaunchReports.withModels(report, bundle.models(), ports.models());
  }

  /**
   * Installs the models of a bundle, and gives on what a launch would submit. The run that it names
   * is none: whoever submits it names one.
   *
   * @param use is given the id of the blueprint, too, and returns once it has its own copy
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
            "preparation_not_run",
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

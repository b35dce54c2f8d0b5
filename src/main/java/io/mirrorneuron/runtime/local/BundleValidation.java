package io.mirrorneuron.runtime.local;

import io.mirrorneuron.bundle.Malformed;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.documents.FolderDemandReader;
import io.mirrorneuron.runtime.documents.WorkflowPlan;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.Manifests.Checked;
import io.mirrorneuron.runtime.manifest.SubmissionDemands;
import io.mirrorneuron.runtime.manifest.graph.InputValidation;
import io.mirrorneuron.runtime.manifest.graph.PayloadPaths;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs all checks of a submission, whatever its origin, and stores nothing. Their order is that of
 * {@code rest.md} 8.1: form of the manifest, machines, services, rules of inputs. A refusal
 * contains the findings of all of them.
 */
final class BundleValidation {
  /** Failures caused by the bundle; others are temporary. */
  private static final Set<ErrorCode> OF_THE_BUNDLE =
      EnumSet.of(
          ErrorCode.MALFORMED, ErrorCode.INVALID, ErrorCode.PRECONDITION, ErrorCode.CONFLICT);

  private final JobAccess access;

  BundleValidation(JobAccess access) {
    this.access = access;
  }

  /**
   * The findings of one check.
   *
   * @param refusal null when it refuses nothing
   */
  private record Found(MnException refusal, List<Issue> issues, List<Object> results) {
    static final Found NOTHING = new Found(null, List.of(), List.of());

    static Found by(Runnable question) {
      try {
        question.run();
        return NOTHING;
      } catch (MnException e) {
        if (!OF_THE_BUNDLE.contains(e.code())) {
          throw e;
        }
        return new Found(e, Malformed.issues(e), Malformed.results(e));
      }
    }
  }

  /** See {@link io.mirrorneuron.port.JobsPort#validate}. */
  Validation of(Submission submission) {
    SubmissionDemands demands;
    try {
      demands = SubmissionDemands.of(submission.manifestJson());
    } catch (MnException e) { // it is no JSON
      return Validation.of(Malformed.issues(e), null);
    }
    return report(submission, demands, services(demands), input(demands, submission.origin()));
  }

  /**
   * The workflow of a submission that its bundle and this node allow, with all warnings for its
   * author.
   *
   * @throws MnException of the first check that refuses it, with the findings of all of them
   */
  Workflow accepted(Submission submission) {
    Workflow[] read = new Workflow[1];
    Set<String> paths = new HashSet<>();
    Found form = Found.by(() -> read[0] = parsed(submission, paths));
    if (form.refusal != null && form.refusal.code() == ErrorCode.MALFORMED) {
      throw form.refusal;
    }
    Workflow workflow = read[0];
    SubmissionDemands demands =
        workflow == null
            ? SubmissionDemands.of(submission.manifestJson())
            : SubmissionDemands.of(workflow);
    Found machines =
        Found.by(
            () -> {
              if (workflow == null) {
                access.admission().requireMet(demands.requirements());
              } else {
                access.admission().check(workflow);
              }
            });
    Found services = services(demands);
    Found input = input(demands, submission.origin());
    List<Found> refusing =
        Stream.of(form, machines, services, input).filter(one -> one.refusal != null).toList();
    if (!refusing.isEmpty()) {
      Validation report = report(submission, demands, services, input);
      throw refusal(refusing, report.ofRefusal().withFirst(form.issues));
    }
    List<String> warnings =
        new ArrayList<>(access.manifests().ofSchedules(workflow, submission.manifestJson()));
    warnings.addAll(access.admission().warnings().sentences(workflow, paths));
    return workflow.withWarnings(warnings);
  }

  /**
   * @param paths receives those of its files
   */
  private Workflow parsed(Submission submission, Set<String> paths) {
    Workflow workflow = access.manifests().accept(submission.manifestJson());
    paths.addAll(access.paths(submission.payloads()));
    Manifests.checkUploads(workflow, paths);
    return workflow;
  }

  private static MnException refusal(List<Found> refusing, Validation report) {
    MnException first = refusing.getFirst().refusal;
    String message =
        refusing.stream().map(one -> one.refusal.getMessage()).collect(Collectors.joining("; "));
    return new MnException(
        first.code(), first.error(), message, Json.MAPPER.valueToTree(report), first);
  }

  private Found services(SubmissionDemands demands) {
    return Found.by(() -> access.services().require(demands.services()));
  }

  private Found input(SubmissionDemands demands, Submission.Origin origin) {
    if (!origin.asksRules()) {
      return Found.NOTHING;
    }
    InputValidation.Outcome outcome = demands.input(origin, access.programs().of(origin.folder()));
    List<Issue> errors = outcome.issues().stream().filter(Issue::isError).toList();
    MnException refusal =
        errors.isEmpty()
            ? null
            : new MnException(
                ErrorCode.INVALID,
                "input_validation_failed",
                errors.stream().map(Issue::sentence).collect(Collectors.joining("; ")));
    return new Found(refusal, outcome.issues(), outcome.results());
  }

  /**
   * Checks the input of a job made from a stored manifest, as the input may be new.
   *
   * @throws MnException INVALID {@code input_validation_failed} with a report
   */
  void requireInput(Workflow workflow) {
    Found input = input(SubmissionDemands.of(workflow), Submission.Origin.UNKNOWN);
    if (input.refusal != null) {
      throw refusal(List.of(input), Validation.of(input.issues, input.results, null));
    }
  }

  /** The findings of all checks, two of which were made already. */
  private Validation report(
      Submission submission, SubmissionDemands demands, Found services, Found input) {
    Payloads payloads = submission.payloads();
    Set<String> paths = access.bundles().paths(payloads);
    Found storable = Found.by(() -> PayloadPaths.requireStorable(paths));
    List<Issue> issues = new ArrayList<>(storable.issues);
    Checked checked;
    try {
      checked = access.manifests().check(submission.manifestJson(), paths);
    } catch (MnException e) { // it names a member twice
      issues.addAll(Malformed.issues(e));
      return Validation.of(issues, null);
    }
    Workflow workflow = checked.workflow();
    issues.addAll(checked.issues());
    issues.addAll(access.admission().look(checked.programs()));
    Found machines = Found.by(() -> access.admission().requireMet(demands.requirements()));
    issues.addAll(machines.issues);
    if (workflow != null) {
      issues.addAll(access.admission().unplaced(workflow, checked.programs()));
    }
    issues.addAll(services.issues);
    issues.addAll(input.issues);
    if (workflow != null) {
      issues.addAll(ofTheMoment(workflow, payloads));
      issues.addAll(access.admission().warnings().issues(workflow, checked.programs()));
    }
    List<Object> results =
        Stream.of(machines, services, input).flatMap(one -> one.results.stream()).toList();
    return Validation.of(issues, results, workflow == null ? null : WorkflowPlan.of(workflow));
  }

  /** Present obstacles to making the job. */
  private List<Issue> ofTheMoment(Workflow workflow, Payloads payloads) {
    String fingerprint = access.bundles().fingerprint(payloads);
    return Stream.of(
            Found.by(() -> access.grants().accept(FolderDemandReader.of(workflow, fingerprint))),
            Found.by(() -> access.newJobs().requireFree(workflow.runId())))
        .flatMap(one -> one.issues.stream())
        .toList();
  }
}

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
import io.mirrorneuron.runtime.manifest.Manifests.Checked;
import io.mirrorneuron.runtime.manifest.graph.PayloadPaths;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Asks all that a submission is asked, one after the other, and stores nothing. */
final class BundleValidation {
  /** Failures that are about the bundle; others are of the moment. */
  private static final Set<ErrorCode> OF_THE_BUNDLE =
      EnumSet.of(
          ErrorCode.MALFORMED, ErrorCode.INVALID, ErrorCode.PRECONDITION, ErrorCode.CONFLICT);

  private final JobAccess access;

  BundleValidation(JobAccess access) {
    this.access = access;
  }

  /** See {@link io.mirrorneuron.port.JobsPort#validate}. */
  Validation of(Submission submission) {
    List<Issue> issues = new ArrayList<>();
    Payloads payloads = submission.payloads();
    Set<String> paths = access.bundles().paths(payloads);
    ask(issues, () -> PayloadPaths.requireStorable(paths));
    Checked checked;
    try {
      checked = access.manifests().check(submission.manifestJson(), paths);
    } catch (MnException e) { // it is no JSON
      issues.addAll(Malformed.issues(e));
      return Validation.of(issues, null);
    }
    issues.addAll(checked.issues());
    issues.addAll(access.admission().look(checked.programs()));
    if (checked.workflow() == null) {
      return Validation.of(issues, null);
    }
    askOf(checked, payloads, issues);
    return Validation.of(issues, WorkflowPlan.of(checked.workflow()));
  }

  private void askOf(Checked checked, Payloads payloads, List<Issue> issues) {
    Workflow workflow = checked.workflow();
    ask(issues, () -> access.admission().requireMet(workflow));
    issues.addAll(access.admission().unplaced(workflow, checked.programs()));
    ask(issues, () -> access.services().require(workflow));
    String fingerprint = access.bundles().fingerprint(payloads);
    ask(issues, () -> access.grants().accept(FolderDemandReader.of(workflow, fingerprint)));
    ask(issues, () -> access.newJobs().requireFree(workflow.runId()));
    issues.addAll(access.admission().warnings().issues(workflow, checked.programs()));
  }

  private static void ask(List<Issue> issues, Runnable question) {
    try {
      question.run();
    } catch (MnException e) {
      if (!OF_THE_BUNDLE.contains(e.code())) {
        throw e;
      }
      issues.addAll(Malformed.issues(e));
    }
  }
}

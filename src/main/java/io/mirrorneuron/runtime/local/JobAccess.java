package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobPlan;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.runtime.admission.Admission;
import io.mirrorneuron.runtime.admission.LoadAdmission;
import io.mirrorneuron.runtime.documents.FolderDemandReader;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.manifest.SubmissionDemands;
import io.mirrorneuron.runtime.manifest.graph.PayloadPaths;
import io.mirrorneuron.runtime.port.FolderDemands;
import io.mirrorneuron.runtime.port.FolderOwnership;
import io.mirrorneuron.runtime.service.ServiceRequirements;
import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
import io.mirrorneuron.runtime.state.StoredFields;
import io.mirrorneuron.runtime.workflow.StoredPlan;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.store.bundle.BundleStore;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Shared by the classes that make and read jobs: the engine, the store, payload files, parsed
 * manifests, and the resources of this node.
 *
 * @param programs runs those of rules
 * @param grants refuses forbidden demands of programs
 * @param claims maps folders of submissions to their owners
 * @param load refuses new work while this machine is overloaded
 */
public record JobAccess(
    Engine engine,
    JobStore store,
    BundleStore bundles,
    ManifestCache manifests,
    NewJobs newJobs,
    Admission admission,
    JobHistory history,
    ServiceRequirements services,
    BundlePrograms programs,
    Consumer<FolderDemands> grants,
    FolderOwnership claims,
    LoadAdmission load) {
  private static final int MOST_TRIES = 5;

  /**
   * The paths of the files of a submission.
   *
   * @throws MnException INVALID when they cannot all lie below one folder
   */
  Set<String> paths(Payloads payloads) {
    if (payloads instanceof Payloads.Inline inline) {
      PayloadPaths.requireStorable(inline.files().keySet());
    }
    return bundles.paths(payloads);
  }

  /**
   * Refuses a job that this node cannot run, or whose services are missing.
   *
   * @throws MnException when no node meets the job's demands
   */
  void require(Workflow workflow) {
    admission.check(workflow);
    services.require(SubmissionDemands.of(workflow).services());
  }

  /**
   * Stores the payload files of a new job that this node can run.
   *
   * @return their fingerprint, or null when there are none
   * @throws MnException for forbidden demands; UNAVAILABLE while all graphics cards it could use
   *     are full
   */
  String put(Payloads payloads, Workflow workflow) {
    load.requireRoom(workflow);
    String bundle = bundles.put(payloads);
    grants.accept(FolderDemandReader.of(workflow, bundle));
    return bundle;
  }

  /**
   * Stores the payload files of jobs to be made later. Their needs may be unmet now, unless no node
   * will ever meet them.
   *
   * @return their fingerprint, or null when there are none
   */
  String putForLater(Payloads payloads, Workflow workflow) {
    admission.check(workflow);
    String bundle = bundles.put(payloads);
    grants.accept(FolderDemandReader.of(workflow, bundle));
    return bundle;
  }

  /** The answer or failure of {@link #putForLater}; stores nothing. */
  String lookForLater(Payloads payloads, Workflow workflow) {
    admission.check(workflow);
    String bundle = bundles.fingerprint(payloads);
    grants.accept(FolderDemandReader.of(workflow, bundle));
    return bundle;
  }

  /**
   * Where a new job would run; stores nothing.
   *
   * @throws MnException the failures of its submission
   */
  JobPlan plan(Submission submission) {
    Workflow workflow = new BundleValidation(this).accepted(submission);
    JobPlan plan = admission.plan(workflow);
    grants.accept(FolderDemandReader.of(workflow, bundles.fingerprint(submission.payloads())));
    newJobs.requireFree(workflow.runId());
    return plan;
  }

  /** Where the first agents of a stored job run. */
  JobPlan places(StoredJob job) {
    Workflow workflow = manifests.parse(job.manifest());
    String kept = job.fields().get(StoredFields.PLAN);
    return admission.look(
        workflow, kept == null ? null : Json.read(kept, StoredPlan.class, "plan"));
  }

  /**
   * Keeps the payload files of a stored job for a new one that this node can run.
   *
   * @param bundle their fingerprint, or null when there are none
   * @throws MnException as {@link #put} does; PRECONDITION when this node does not reach them
   */
  void keep(String jobId, String bundle, Workflow workflow) {
    admission.check(workflow);
    grants.accept(FolderDemandReader.of(workflow, bundle));
    if (bundle != null) {
      requireFiles(jobId, bundle);
      bundles.share(bundle);
    }
  }

  /**
   * Fetches the payload files of a job to this node.
   *
   * @param bundle their fingerprint
   * @throws MnException PRECONDITION when this node does not reach them
   */
  void requireFiles(String jobId, String bundle) {
    Optional<String> why = bundles.fetch(bundle);
    if (why.isPresent()) {
      throw MnException.precondition(
          "the payload files of job " + jobId + " are not within reach: " + why.get());
    }
  }

  /**
   * Makes a job. It becomes the owner of the folder named by its manifest, unless that has an
   * owner.
   *
   * @param bundle fingerprint of its payload files, or null when there are none
   * @param by the name vouched for by the submitter's token, or null
   * @param deployed the deployment that makes the job, or null
   */
  SubmittedJob submit(
      NewJob job, Workflow workflow, String bundle, String by, DeployedBy deployed) {
    List<String> copies = admission.copies(workflow);
    return claimed(
        job,
        workflow,
        bundle,
        () -> engine.creation().submit(job, workflow, bundle, by, deployed, copies));
  }

  /**
   * Makes a job whose manifest may name a folder.
   *
   * @param creation answers an earlier job if the same call has made one
   * @return with the status of an earlier job
   */
  SubmittedJob claimed(
      NewJob job,
      Workflow workflow,
      String bundle,
      Supplier<CompletionStage<SubmittedJob>> creation) {
    String made = null;
    claims.claim(job.jobId(), workflow);
    try {
      SubmittedJob submitted = create(bundle, creation);
      made = submitted.jobId();
      return made.equals(job.jobId()) ? submitted : asItIs(submitted);
    } finally {
      if (job.jobId().equals(made)) {
        claims.made(made);
      } else {
        claims.release(job.jobId(), workflow);
      }
    }
  }

  private SubmittedJob asItIs(SubmittedJob earlier) {
    String status = Answers.await(store.status(earlier.jobId()));
    return status == null ? earlier : earlier.at(status); // it may be gone meanwhile
  }

  /**
   * Makes a job. If its payload files were removed since they were stored, as no job used them,
   * stores them once more.
   *
   * @param bundle their fingerprint, or null when there are none
   */
  <T> T create(String bundle, Supplier<CompletionStage<T>> creation) {
    for (int tries = 1; true; tries++) {
      try {
        return Answers.await(creation.get());
      } catch (MnException e) {
        if (!e.error().equals(JobStore.BUNDLE_GONE) || tries == MOST_TRIES) {
          throw e;
        }
        bundles.share(bundle);
      }
    }
  }
}

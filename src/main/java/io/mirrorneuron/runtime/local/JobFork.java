package io.mirrorneuron.runtime.local;

import io.mirrorneuron.bundle.GivenInputs;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ForkRequest;
import io.mirrorneuron.port.ForkedJob;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.SubmittedJob;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.loop.Fork;
import io.mirrorneuron.runtime.loop.Restoration;
import io.mirrorneuron.runtime.state.StoredFields;
import io.mirrorneuron.runtime.workflow.SameGraph;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.TreeMap;

/** New jobs that begin where others were, with their bundle or one of the same graph. */
final class JobFork {
  private final Engine engine;
  private final JobStore store;
  private final JobAccess access;
  private final ManifestCache manifests;
  private final NewJobs newJobs;
  private final JobHistory history;

  JobFork(JobAccess access) {
    this.engine = access.engine();
    this.store = access.store();
    this.access = access;
    this.manifests = access.manifests();
    this.newJobs = access.newJobs();
    this.history = access.history();
  }

  /** See {@link io.mirrorneuron.port.JobsPort#fork}. */
  ForkedJob of(String jobId, ForkRequest request) {
    StoredJob stored = Answers.job(store, jobId, store.load(jobId));
    if (!StoredFields.header(stored).status().isTerminal()) {
      // Before anything else: another node may have what is demanded, and this one not.
      Answers.await(engine.commands().checkEventsCanBeAdded(jobId));
    }
    Workflow before = manifests.parse(stored.manifest());
    Fork fork = fork(stored, before, request);
    boolean revised = request.bundle() != null;
    Submission other = revised ? GivenInputs.carried(stored.manifest(), request.bundle()) : null;
    Workflow workflow = revised ? revised(jobId, before, other) : before;
    String manifest = revised ? other.manifestJson() : stored.manifest();
    String bundle = revised ? access.put(other.payloads(), workflow) : kept(stored, workflow);
    String inputs = Json.write(Json.MAPPER.valueToTree(new TreeMap<>(request.inputs())));
    String wish = "fork " + jobId + " " + Json.write(fork.from().at());
    NewJob job =
        newJobs
            .of(
                newJobs.id(workflow.graphId()),
                manifest,
                null,
                request.idempotencyKey(),
                revised ? wish + " " + bundle + manifest : wish,
                inputs)
            .withBundle(bundle);
    access.claims().lend(jobId, job.jobId(), workflow);
    SubmittedJob made =
        access.claimed(
            job,
            workflow,
            bundle,
            () -> engine.creation().fork(job, workflow, fork, request.submittedBy()));
    return new ForkedJob(made.jobId(), made.jobId(), made.status(), fork.from());
  }

  private String kept(StoredJob stored, Workflow workflow) {
    String bundle = Restoration.Source.of(stored).bundle();
    access.keep(stored.jobId(), bundle, workflow);
    return bundle;
  }

  private Workflow revised(String jobId, Workflow before, Submission bundle) {
    Workflow revised = new BundleValidation(access).accepted(bundle);
    List<String> differences = SameGraph.differences(before, revised);
    if (!differences.isEmpty()) {
      throw MnException.invalid(
          "the bundle cannot go on for job %s: %s; submit it as a job of its own"
              .formatted(jobId, String.join("; ", differences)));
    }
    return revised;
  }

  private Fork fork(StoredJob stored, Workflow workflow, ForkRequest request) {
    if (request.event() < 0) {
      throw MnException.invalid("at must be a step or a sequence number that is not negative");
    }
    List<StoredEvent> events = history.upTo(stored.jobId(), request.event());
    try {
      return request.step() == null
          ? Fork.atEvent(stored, workflow, request.event(), events, request.inputs())
          : Fork.atStep(stored, workflow, request.step(), request.inputs());
    } catch (IllegalStateException e) {
      throw MnException.precondition(
          "job " + stored.jobId() + " cannot be forked: " + e.getMessage());
    }
  }
}

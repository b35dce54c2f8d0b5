package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ForkRequest;
import io.mirrorneuron.port.ForkedJob;
import io.mirrorneuron.port.SubmittedJob;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.loop.Fork;
import io.mirrorneuron.runtime.loop.Restoration;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.BundleStore;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.TreeMap;

/** New jobs that begin where others were, with the same manifest and payload files. */
final class JobFork {
  private final Engine engine;
  private final JobStore store;
  private final BundleStore bundles;
  private final ManifestCache manifests;
  private final NewJobs newJobs;
  private final JobHistory history;

  JobFork(JobAccess access) {
    this.engine = access.engine();
    this.store = access.store();
    this.bundles = access.bundles();
    this.manifests = access.manifests();
    this.newJobs = access.newJobs();
    this.history = access.history();
  }

  /** See {@link io.mirrorneuron.port.JobsPort#fork}. */
  ForkedJob of(String jobId, ForkRequest request) {
    StoredJob stored = Answers.job(jobId, store.load(jobId));
    Workflow workflow = manifests.parse(stored.manifest());
    Fork fork = fork(stored, workflow, request);
    String bundle = Restoration.Source.of(stored).bundle();
    if (bundle != null && !bundles.keep(bundle)) {
      throw MnException.precondition("the payload files of job " + jobId + " are not on this node");
    }
    String inputs = Json.write(Json.MAPPER.valueToTree(new TreeMap<>(request.inputs())));
    NewJob job =
        newJobs.of(
            newJobs.id(workflow.graphId()),
            stored.manifest(),
            null,
            request.idempotencyKey(),
            "fork " + jobId + " " + Json.write(fork.from().at()),
            inputs);
    SubmittedJob made = Answers.await(engine.creation().fork(job, fork, request.submittedBy()));
    return new ForkedJob(made.jobId(), made.jobId(), made.status(), fork.from());
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

package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.SubmissionDemands;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
import io.mirrorneuron.runtime.state.StoredFields;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.bundle.FileDifferences;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * Makes the jobs of schedules and deployments, under ids chosen in advance. Blocking; thread-safe.
 */
public final class OrderedJobs {
  /**
   * A conflict over the derived key or run means the same job, though it may have been removed
   * since.
   */
  private static final Set<String> MADE_BEFORE = Set.of("run_id_in_use", "idempotency_key_reused");

  private final JobAccess access;
  private final Storage storage;

  /**
   * @param storage says whether new work can be accepted
   */
  public OrderedJobs(JobAccess access, Storage storage) {
    this.access = access;
    this.storage = storage;
  }

  /**
   * @param bundle fingerprint of the stored payload files; null for none
   */
  public record Kept(String bundle, String graphId) {}

  /**
   * Checks a bundle as its submission would, and stores its files.
   *
   * @param schedule becomes the owner of the folder named by the manifest, unless it has another
   *     one
   */
  public Kept keep(String schedule, Submission submission) {
    Workflow workflow = access.manifests().accept(submission.manifestJson());
    storage.requireRoom();
    Manifests.checkUploads(workflow, access.paths(submission.payloads()));
    String bundle = access.putForLater(submission.payloads(), workflow);
    give(schedule, workflow);
    return new Kept(bundle, workflow.graphId());
  }

  /**
   * The result {@link #keep} would store.
   *
   * @param bundle fingerprint of the payload files; null for none
   * @param warnings sentences for the author; they refuse nothing
   */
  public record Looked(String bundle, List<String> warnings) {}

  /** Checks a bundle as {@link #keep} does, and stores nothing. */
  public Looked look(Submission submission) {
    Workflow workflow = access.manifests().accept(submission.manifestJson());
    storage.requireRoom();
    Set<String> paths = access.paths(submission.payloads());
    Manifests.checkUploads(workflow, paths);
    String bundle = access.lookForLater(submission.payloads(), workflow);
    return new Looked(
        bundle,
        Stream.concat(
                workflow.warnings().stream(),
                access.admission().warnings().sentences(workflow, paths).stream())
            .toList());
  }

  /** The missing services that keep a job of this manifest from starting now; empty for none. */
  public Optional<String> missing(Workflow workflow) {
    try {
      access.services().require(SubmissionDemands.of(workflow).services());
      return Optional.empty();
    } catch (MnException e) {
      return Optional.of(e.getMessage());
    }
  }

  /**
   * Compares the files of a bundle with stored ones, by path; stores and fetches nothing.
   *
   * @param stored fingerprint of those; null for none
   * @return empty when they are not on this node
   */
  public Optional<FileDifferences> differences(String stored, Submission submission) {
    return access.bundles().differences(stored, submission.payloads());
  }

  private void give(String schedule, Workflow workflow) {
    access.claims().claim(schedule, workflow);
    access.claims().made(schedule);
  }

  public List<String> entrypoints(String manifest) {
    return access.manifests().parse(manifest).entrypoints();
  }

  /**
   * A job to be made.
   *
   * @param schedule that orders it
   * @param jobId chosen for it
   * @param key idempotency key: concurrent callers get the same job
   * @param bundle fingerprint of its payload files; null for none
   * @param by the name vouched for by a token, or null
   * @param deployed its deployment, or null
   * @param atOnce whether to make it only if it can start now, without waiting for processors
   */
  public record Order(
      String schedule,
      String jobId,
      String key,
      String manifest,
      String bundle,
      String by,
      DeployedBy deployed,
      boolean atOnce) {}

  /** Makes a job with stored payload files. Idempotent. */
  public void make(Order order) {
    String jobId = order.jobId();
    String manifest = order.manifest();
    String bundle = order.bundle();
    if (made(jobId)) {
      return;
    }
    access.load().requireRoom();
    if (order.atOnce()) {
      access.load().requireProcessors();
    }
    storage.requireRoom();
    Workflow workflow = access.manifests().parse(manifest);
    access.load().requireRoom(workflow);
    access.services().require(SubmissionDemands.of(workflow).services());
    new BundleValidation(access).requireInput(workflow);
    access.keep(jobId, bundle, workflow);
    try {
      NewJob job =
          access
              .newJobs()
              .of(jobId, manifest, workflow.runId(), order.key(), manifest, bundle)
              .withBundle(bundle);
      give(order.schedule(), workflow);
      access.claims().lend(order.schedule(), jobId, workflow);
      access.submit(job, workflow, bundle, order.by(), order.deployed());
    } catch (MnException e) {
      if (!MADE_BEFORE.contains(e.error())) {
        throw e;
      }
    }
  }

  /** Whether there is such a job, ended or not. */
  public boolean made(String jobId) {
    return Answers.await(access.store().status(jobId)) != null;
  }

  public boolean isCancelled(String jobId, String reason) {
    return Answers.await(access.store().outline(jobId))
        .map(StoredFields::header)
        .filter(header -> header.status() == JobStatus.CANCELLED)
        .filter(header -> reason.equals(header.subjects().cancelReason()))
        .isPresent();
  }

  /**
   * @return those that have not ended
   */
  public Set<String> open(List<String> jobIds) {
    List<CompletionStage<String>> statuses = new ArrayList<>();
    jobIds.forEach(id -> statuses.add(access.store().status(id)));
    Set<String> open = new HashSet<>();
    for (int i = 0; i < statuses.size(); i++) {
      String word = Answers.await(statuses.get(i));
      if (word != null && !JobStatus.of(word).isTerminal()) {
        open.add(jobIds.get(i));
      }
    }
    return open;
  }
}

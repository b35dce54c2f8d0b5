package io.mirrorneuron.api;

import com.fasterxml.jackson.core.type.TypeReference;
import io.mirrorneuron.api.model.AppliedSchedule;
import io.mirrorneuron.api.model.BundleOfSchedule;
import io.mirrorneuron.api.model.ForkRequest;
import io.mirrorneuron.api.model.ForkedJob;
import io.mirrorneuron.api.model.SubmitRequest;
import io.mirrorneuron.api.model.SubmittedJob;
import io.mirrorneuron.api.model.Validation;
import io.mirrorneuron.api.operations.BlueprintsApi;
import io.mirrorneuron.api.operations.JobsApi;
import io.mirrorneuron.api.operations.SchedulesApi;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What of {@link MirrorNeuron} sends workflows. */
abstract class SubmitCalls extends StreamCalls {
  SubmitCalls(Connection connection) {
    super(connection);
  }

  /**
   * Starts a job. A key of its own is sent, so that it may be sent twice and makes one job.
   *
   * @param request the manifest, or the bundle that was uploaded, and more
   * @return the job
   */
  public SubmittedJob submit(SubmitRequest request) {
    return submit(request, UUID.randomUUID().toString());
  }

  /**
   * Starts a job.
   *
   * @param request the manifest, or the bundle that was uploaded, and more
   * @param idempotencyKey the same key and content give the same job
   * @return the job
   */
  public SubmittedJob submit(SubmitRequest request, String idempotencyKey) {
    Call call = new Call("POST", "/jobs");
    call.header("Idempotency-Key", idempotencyKey);
    call.body(request);
    return connection.answer(call, new TypeReference<SubmittedJob>() {});
  }

  /**
   * Starts a job of a manifest.
   *
   * @param manifest as in the file
   * @return the job
   */
  public SubmittedJob submit(Map<String, Object> manifest) {
    return submit(SubmitRequest.builder().manifest(manifest).build());
  }

  /**
   * Uploads a folder or a zip and starts a job of it.
   *
   * @param bundle the folder or zip
   * @param inputs values of inputs that the manifest declares; may be empty
   * @return the job
   */
  public SubmittedJob submitBundle(Path bundle, Map<String, Object> inputs) {
    return submitBundle(bundle, inputs, UUID.randomUUID().toString());
  }

  /**
   * Uploads a folder or a zip and starts a job of it.
   *
   * @param bundle the folder or zip
   * @param inputs values of inputs that the manifest declares; may be empty
   * @param idempotencyKey the same key and content give the same job
   * @return the job
   */
  public SubmittedJob submitBundle(Path bundle, Map<String, Object> inputs, String idempotencyKey) {
    SubmitRequest request = SubmitRequest.builder().bundlePath(upload(bundle)).inputs(inputs).build();
    return submit(request, idempotencyKey);
  }

  /**
   * Uploads a folder or a zip. A folder is sent as {@code mn run} sends it: all of its payloads, and
   * beside them what does not begin with a dot; links are not sent, and a warning names them.
   *
   * @param bundle the folder or zip
   * @return the {@code bundle_path}, good for 24 hours
   */
  public String upload(Path bundle) {
    try (Bundles.Packed zip = Bundles.pack(bundle)) {
      return new BlueprintsApi(connection).uploadBundle(zip.file()).bundlePath();
    }
  }

  /**
   * Starts a job of a bundle that was uploaded.
   *
   * @param bundlePath what {@link #upload} gave
   * @param inputs values of inputs that the manifest declares; may be empty
   * @return the job
   */
  public SubmittedJob submitUploaded(String bundlePath, Map<String, Object> inputs) {
    return submit(SubmitRequest.builder().bundlePath(bundlePath).inputs(inputs).build());
  }

  /**
   * Says what a submission would be told; nothing runs.
   *
   * @param request what would be submitted
   * @return the report
   */
  public Validation validate(SubmitRequest request) {
    return new JobsApi(connection).validateJob(request);
  }

  /**
   * Says what the submission of a manifest would be told; nothing runs.
   *
   * @param manifest as in the file
   * @return the report
   */
  public Validation validate(Map<String, Object> manifest) {
    return validate(SubmitRequest.builder().manifest(manifest).build());
  }

  /**
   * Uploads a folder or a zip and says what its submission would be told.
   *
   * @param bundle the folder or zip
   * @return the report
   */
  public Validation validate(Path bundle) {
    return validate(SubmitRequest.builder().bundlePath(upload(bundle)).build());
  }

  /**
   * Makes a new job that does a step of this one again, and all that follows it; steps before it are
   * taken over with their output.
   *
   * @param jobId the job
   * @param step its id; null for all of them
   * @param bundle the folder or zip whose files the new job runs; null for those of the job
   * @return the new job
   */
  public ForkedJob fork(String jobId, String step, Path bundle) {
    SubmitRequest files =
        bundle == null ? null : SubmitRequest.builder().bundlePath(upload(bundle)).build();
    return fork(jobId, ForkRequest.builder().at(step).bundle(files).build());
  }

  /**
   * Makes a new job that goes on from the middle of this one. A key of its own is sent, so that it
   * may be sent twice and makes one job.
   *
   * @param jobId the job
   * @param from where it begins, with which files and bodies
   * @return the new job
   */
  public ForkedJob fork(String jobId, ForkRequest from) {
    JobsApi.ForkJobOptions key =
        new JobsApi.ForkJobOptions().idempotencyKey(UUID.randomUUID().toString());
    return new JobsApi(connection).forkJob(jobId, from, key);
  }

  /**
   * Makes the schedule of a name, or gives it another bundle and other times. Its history stays; the
   * same again changes nothing.
   *
   * @param name of the schedule
   * @param bundle the folder or zip of which its jobs are made
   * @param cron when, for example {@code 0 2 * * *}
   * @param timezone of that, for example {@code Europe/Berlin}; null for UTC
   * @return the schedule, when it is due next, and whether something was changed
   */
  public AppliedSchedule applySchedule(String name, Path bundle, String cron, String timezone) {
    Map<String, Object> crons = Map.of("crons", List.of(cron));
    Map<String, Object> times =
        timezone == null ? crons : Map.of("crons", List.of(cron), "timezone", timezone);
    return applySchedule(
        name, BundleOfSchedule.builder().bundlePath(upload(bundle)).schedule(times).build());
  }

  /**
   * Makes the schedule of a name, or gives it another bundle.
   *
   * @param name of the schedule
   * @param wanted the bundle, inputs of its jobs, and its times; without times those of the manifest,
   *     or those that the schedule has
   * @return the schedule, when it is due next, and whether something was changed
   */
  public AppliedSchedule applySchedule(String name, BundleOfSchedule wanted) {
    return new SchedulesApi(connection).applySchedule(name, wanted);
  }
}

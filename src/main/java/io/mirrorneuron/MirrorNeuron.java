package io.mirrorneuron;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.client.Clients;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.port.ClusterSummary.ClusterNode;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.JobsPort.RestoredJob;
import io.mirrorneuron.port.JobsPort.SentMessage;
import io.mirrorneuron.port.RuntimePorts;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.runtime.embedded.EmbeddedRuntime;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.storage.WriteFailure;
import io.mirrorneuron.store.BackupArchive;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Durable workflows for Java programs, in this process or in a runtime elsewhere.
 *
 * <pre>{@code
 * try (MirrorNeuron mn = MirrorNeuron.connect("localhost:55051")) {
 *   JobOutcome outcome = mn.runManifest(Path.of("my-bundle"), RunOptions.DEFAULT);
 *   System.out.println(outcome.status() + ": " + outcome.output());
 * }
 * }</pre>
 *
 * <p>Calls block and may come from any thread but an event loop. What goes wrong comes as {@link
 * MnException}: NOT_FOUND for an unknown job, UNAVAILABLE when the runtime cannot be reached.
 * Documents are JSON as the gRPC contract describes it.
 */
public final class MirrorNeuron implements AutoCloseable {
  private final RuntimePorts runtime;
  private final JobsPort jobs;
  private final WorkflowRuns runs;
  private final Runnable closing;

  private MirrorNeuron(RuntimePorts runtime, Runnable closing) {
    this.runtime = runtime;
    this.jobs = runtime.jobs();
    this.runs = new WorkflowRuns(jobs);
    this.closing = closing;
  }

  /**
   * Uses a runtime elsewhere; tokens and the deadline of calls come from the {@code MN_*} variables
   * and {@code $MN_HOME} as for the {@code mn} program. Connects at the first call.
   *
   * @param target {@code host:port}
   * @throws IllegalArgumentException when the target has another form
   */
  public static MirrorNeuron connect(String target) {
    return connect(ConfigLoader.ofProcess(null, Map.of("grpc.target", target)).loadForClient());
  }

  /** Uses the runtime that is the target of this configuration. Connects at the first call. */
  public static MirrorNeuron connect(Config config) {
    Vertx vertx = ServerContext.clientVertx();
    Clients clients = Clients.connect(vertx, config);
    return new MirrorNeuron(
        clients.ports(),
        () -> {
          clients.close();
          vertx.close().await();
        });
  }

  /**
   * Runs a runtime of its own in this process, on the data directory of this configuration, with a
   * Redis that it starts unless one is named. No port is opened. Closing parks the open jobs; the
   * next start on the same directory goes on with them.
   *
   * @throws MnException CONFLICT when another process uses the directory
   */
  public static MirrorNeuron embedded(Config config) {
    EmbeddedRuntime runtime =
        EmbeddedRuntime.start(config, ConfigLoader.environment(), Clock.systemUTC());
    return new MirrorNeuron(runtime.ports(), runtime::close);
  }

  /** Everything that jobs can be asked and told; the short forms below are of it. */
  public JobsPort jobs() {
    return jobs;
  }

  /** Events that start jobs. */
  public TriggerEvents triggerEvents() {
    return runtime.events();
  }

  /** Services that jobs offer. */
  public ServicesPort services() {
    return runtime.services();
  }

  /** What submits jobs when it is due. */
  public SchedulesPort schedules() {
    return runtime.schedules();
  }

  /** New versions of what runs. */
  public DeploymentsPort deployments() {
    return runtime.deployments();
  }

  /** Addresses at which others tell what happened, and who is told what happens here. */
  public Webhooks webhooks() {
    return runtime.webhooks();
  }

  /** Workflows from their submission to their end. */
  public WorkflowRuns runs() {
    return runs;
  }

  /** The nodes of the runtime. */
  public ClusterPort cluster() {
    return runtime.cluster();
  }

  /**
   * Checks a manifest without any runtime, as a runtime with default settings does.
   *
   * @return what its author should look at though it can run
   * @throws MnException with every error, in its message and as a report
   */
  public List<String> validateManifest(String manifestJson) {
    return new Manifests(DefaultRunner.HOST_LOCAL).parse(manifestJson).warnings();
  }

  /** What the runtime would say to a bundle; {@link Bundle#validate} asks no runtime. */
  public Validation validateManifest(Path bundle) {
    try (Bundle opened = Bundle.open(bundle)) {
      return opened.located(jobs.validate(opened.submission()));
    }
  }

  /** Runs a bundle: a folder, a zip or a manifest on its own; see {@link Bundle#open}. */
  public JobOutcome runManifest(Path bundle, RunOptions options) throws InterruptedException {
    try (Bundle opened = Bundle.open(bundle)) {
      return runs.run(opened.submission(), options);
    }
  }

  /** Runs a manifest that needs no files. */
  public JobOutcome runManifest(String manifestJson, RunOptions options)
      throws InterruptedException {
    return runs.run(Submission.of(manifestJson), options);
  }

  /** See {@link WorkflowRuns#awaitEnd}. */
  public JobOutcome waitForJob(String jobId, Duration timeout) throws InterruptedException {
    return runs.awaitEnd(jobId, timeout);
  }

  /** The first {@code limit} events with a sequence number above {@code after}. */
  public EventPage events(String jobId, long after, int limit) {
    return jobs.events(jobId, after, limit);
  }

  /** Rows of jobs, newest change first. */
  public JobPage listJobs(ListOptions options) {
    return jobs.list(
        new JobPage.Query(
            options.limit(),
            options.includeTerminal(),
            null,
            options.status(),
            options.name(),
            null,
            null));
  }

  /** All that the runtime tells of a job. */
  public JobDetail jobDetails(String jobId) {
    return jobs.get(jobId);
  }

  /** The nodes, the latest jobs and their counts. */
  public ClusterSummary clusterOverview() {
    return cluster().summary();
  }

  /** The nodes of the cluster with their pools. */
  public List<ClusterNode> inspectNodes() {
    return cluster().overview().nodes();
  }

  /** Gives a message to an agent; see {@link JobsPort#send}. */
  public SentMessage sendMessage(String jobId, String agentId, ObjectNode message) {
    return jobs.send(jobId, agentId, message);
  }

  /** Pauses a job; its programs are ended, and run again when it is resumed. Returns the status. */
  public String pause(String jobId) {
    return jobs.pause(jobId, false);
  }

  /** Goes on with a paused job. Returns the status word. */
  public String resume(String jobId) {
    return jobs.resume(jobId);
  }

  /**
   * Writes a copy of a paused job with its bundle into a folder, as {@code
   * <blueprint>-<job>-<time>.mnbackup.zip}. It may hold whatever secrets the job holds.
   *
   * @param folder made when absent
   * @return the file
   * @throws MnException PRECONDITION unless the job is paused; INTERNAL {@code not_written} when
   *     the file cannot be written
   */
  public Path backup(String jobId, Path folder) {
    return new JobBackups(jobs).write(jobId, folder);
  }

  /**
   * Makes a new, paused job of a backup. It is as far as its job was, and goes on when it is
   * resumed.
   *
   * @param blueprintId null for the one of the backup
   * @param runId null for a new one
   * @throws MnException NOT_FOUND when there is no such file; MALFORMED when it is no backup or was
   *     changed; INVALID when it does not fit this runtime
   */
  public RestoredJob restore(Path archive, String blueprintId, String runId) {
    return new JobBackups(jobs).restore(archive, blueprintId, runId);
  }

  /** Ends a job and its programs; one that has ended stays as it is. Returns the status word. */
  public String cancel(String jobId) {
    return jobs.cancel(jobId);
  }

  /** Lets go of the connection, or stops the embedded runtime. */
  @Override
  public void close() {
    closing.run();
  }

  /** Copies of jobs in files. */
  private record JobBackups(JobsPort jobs) {

    Path write(String jobId, Path folder) {
      Backup backup = jobs.backup(jobId);
      Path file = folder.resolve(BackupArchive.fileName(backup, Clock.systemUTC().instant()));
      try {
        Files.createDirectories(folder);
        return Files.write(file, BackupArchive.pack(backup));
      } catch (IOException e) {
        throw WriteFailure.of(file, e);
      }
    }

    RestoredJob restore(Path archive, String blueprintId, String runId) {
      if (!Files.isRegularFile(archive)) {
        throw MnException.notFound("backup", archive.toString());
      }
      Path scratch = Path.of(System.getProperty("java.io.tmpdir"));
      return jobs.restore(BackupArchive.unpack(archive, scratch), blueprintId, runId);
    }
  }
}

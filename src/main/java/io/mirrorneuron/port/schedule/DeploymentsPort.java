package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView.Result;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView.VersionView;
import java.util.List;
import java.util.Map;

/**
 * Deployments of a runtime: new versions of the job that runs under a key. A deployment is named by
 * its id ({@code dep_KEY_N}), or by its key for the newest one. Blocking. Thread-safe. Failures are
 * {@link io.mirrorneuron.model.MnException}, NOT_FOUND for an unknown deployment.
 */
public interface DeploymentsPort {
  /**
   * Which deployments are listed.
   *
   * @param deploymentKey the only key; null for all
   * @param status that they have; null for any
   * @param after the {@code next} of the page before; null for the first page
   * @param limit 0 or less means {@link #MOST}, which is the most
   */
  record Query(String deploymentKey, String status, String after, int limit) {
    public static final int MOST = 1000;
    public static final List<String> STATUSES =
        List.of(
            "running", "awaiting_promotion", "paused", "successful", "version_recorded", "failed");
    public static final Query ALL = new Query(null, null, null, 0);

    public int most() {
      return limit <= 0 ? MOST : Math.min(MOST, limit);
    }
  }

  /**
   * The newest deployments of keys, by key.
   *
   * @param next where the next page begins; null when there is none
   */
  record Page(List<DeploymentView> data, @JsonInclude(JsonInclude.Include.NON_NULL) String next) {
    public Page {
      data = List.copyOf(data);
    }
  }

  /**
   * Versions of a key, newest first.
   *
   * @param next where the next page begins; null when there is none
   */
  record VersionPage(
      String deploymentKey,
      List<VersionView> data,
      @JsonInclude(JsonInclude.Include.NON_NULL) String next) {
    public VersionPage {
      data = List.copyOf(data);
    }
  }

  /**
   * The version to roll back to.
   *
   * @param version its name, or null
   * @param tag its tag, or null; without either, the newest stable version with other content
   * @param reason in the caller's words, or null
   * @param waits as of {@link NewDeployment}
   */
  record Target(String version, String tag, String reason, boolean waits) {}

  /**
   * Begins to deploy a first or a further version.
   *
   * @throws io.mirrorneuron.model.MnException PRECONDITION while a deployment of the key is open;
   *     CONFLICT when the plan that it names does not hold any more; what a submission of its
   *     bundle would fail with
   */
  Result deploy(NewDeployment wanted);

  /**
   * What {@link #deploy} would do now; nothing is stored.
   *
   * @throws io.mirrorneuron.model.MnException what {@link #deploy} would fail with
   */
  PlannedDeployment plan(NewDeployment wanted);

  Page list(Query query);

  /** One deployment, with the versions of its key. */
  DeploymentView get(String idOrKey);

  /**
   * @param after the {@code next} of the page before; null for the first page
   * @param limit 0 or less means 100, which is the most
   */
  VersionPage versions(String idOrKey, String after, int limit);

  /**
   * Goes on with all agents after a canary.
   *
   * @param waits as of {@link NewDeployment}
   * @throws io.mirrorneuron.model.MnException PRECONDITION when it does not await its promotion
   */
  Result promote(String idOrKey, boolean waits);

  /**
   * Deploys an earlier version again.
   *
   * @throws io.mirrorneuron.model.MnException PRECONDITION without such a version, and while a
   *     deployment of the key is open
   */
  Result rollback(String idOrKey, Target target);

  /**
   * Starts no further batch, and suspends its deadlines.
   *
   * @param reason in the caller's words, or null
   */
  DeploymentView pause(String idOrKey, String reason);

  DeploymentView resume(String idOrKey, String reason);

  /** Stops the deployment, and rolls back if its policy says so. */
  DeploymentView fail(String idOrKey, String reason);

  /**
   * Request for a deployment.
   *
   * @param bundle with the caller's idempotency key, if any
   * @param key blank for that of the manifest
   * @param policy overrides the manifest's update policy
   * @param waits whether to answer after the end of the deployment, if that is soon
   * @param planToken of the plan that must still hold; null for no condition
   */
  public record NewDeployment(
      Submission bundle, String key, Map<String, Object> policy, boolean waits, String planToken) {
    public NewDeployment(Submission bundle, String key, Map<String, Object> policy, boolean waits) {
      this(bundle, key, policy, waits, null);
    }

    /** The same, if the plan with that token still holds. */
    public NewDeployment planned(String token) {
      return new NewDeployment(bundle, key, policy, waits, token);
    }
  }

  /**
   * A deployment, as shown to callers. Times are ISO texts.
   *
   * @param description why it goes the way it does
   * @param policy in full
   * @param mode {@code agent_level} or {@code blue_green}; null where nothing is replaced
   * @param version the same as {@code targetVersion}
   * @param previousVersion that it follows; null for the first
   * @param failure why it has failed; null when it has not
   * @param warnings of what does not go as the policy says, for people
   * @param versions of its key, oldest first; null but for who asks for one deployment
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record DeploymentView(
      String deploymentId,
      String deploymentKey,
      String status,
      String description,
      String strategy,
      Map<String, Object> policy,
      String mode,
      String jobId,
      String currentJobId,
      String stableJobId,
      String sourceJobId,
      String targetJobId,
      String currentVersion,
      String stableVersion,
      String targetVersion,
      String version,
      String previousVersion,
      List<String> changedAgentIds,
      List<String> remainingAgentIds,
      List<String> canaryAgentIds,
      HealthView health,
      String failure,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings,
      List<Map<String, Object>> events,
      List<VersionView> versions,
      String createdAt,
      String updatedAt) {

    /**
     * @param healthySince null while it is not
     * @param reason why it is not healthy, or null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record HealthView(
        String jobStatus, String healthySince, String reason, String updatedAt) {}

    /**
     * A version as it is told.
     *
     * @param manifest secrets hidden; null where many are told
     * @param manifestRef its fingerprint, and that of its payload files
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record VersionView(
        String deploymentKey,
        String version,
        String jobId,
        Map<String, Object> manifest,
        Map<String, Object> manifestRef,
        String submittedAt,
        boolean stable,
        @JsonInclude(JsonInclude.Include.ALWAYS) String tag) {}

    /**
     * What a command has led to.
     *
     * @param status null where nothing goes on
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Result(
        DeploymentView deployment,
        VersionView version,
        String jobId,
        String status,
        String deploymentId,
        String deploymentKey) {}

    /** The same with versions. */
    public DeploymentView with(List<VersionView> all) {
      return new DeploymentView(
          deploymentId,
          deploymentKey,
          status,
          description,
          strategy,
          policy,
          mode,
          jobId,
          currentJobId,
          stableJobId,
          sourceJobId,
          targetJobId,
          currentVersion,
          stableVersion,
          targetVersion,
          version,
          previousVersion,
          changedAgentIds,
          remainingAgentIds,
          canaryAgentIds,
          health,
          failure,
          warnings,
          events,
          all,
          createdAt,
          updatedAt);
    }
  }

  /**
   * Preview of a deployment.
   *
   * @param way {@code new}, {@code no_op}, {@code version_recorded}, {@code agents} or {@code
   *     blue_green}
   * @param description why it would go this way
   * @param policy in full
   * @param awaitsPromotion whether it would ask for promotion once the canary is healthy
   * @param version the name that the version would get
   * @param previousVersion that runs now; null before the first
   * @param jobId that runs now; null before the first
   * @param batches agents that would change together, in order; empty where jobs change
   * @param differences between the running and the sent version; null before the first
   * @param warnings sentences for people; they refuse nothing
   * @param planToken makes a deployment conditional on the state that this plan is based on
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PlannedDeployment(
      String deploymentKey,
      String way,
      String description,
      String strategy,
      Map<String, Object> policy,
      boolean awaitsPromotion,
      String version,
      String previousVersion,
      String jobId,
      boolean makesJob,
      List<List<String>> batches,
      Differences differences,
      List<String> warnings,
      String planToken) {
    public PlannedDeployment {
      batches = batches == null ? List.of() : batches.stream().map(List::copyOf).toList();
      warnings = warnings == null ? List.of() : List.copyOf(warnings);
    }

    /**
     * What differs, by names only.
     *
     * @param agentsChanged those that both have and that are defined in another way
     * @param files null when those that run cannot be looked at here
     * @param policies paths in the manifest; those of {@code policies.update} by what holds in the
     *     end, compared with the newest deployment
     * @param members other members of the manifest, each by its name at the root
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Differences(
        List<String> agentsAdded,
        List<String> agentsRemoved,
        List<ChangedAgent> agentsChanged,
        Files files,
        List<String> policies,
        List<String> members) {}

    /**
     * @param members paths within its node; none when only its payload files may be others
     */
    public record ChangedAgent(String agentId, List<String> members) {}

    /**
     * Payload files by their paths.
     *
     * @param omitted how many more there are, which are not named
     */
    public record Files(
        List<String> added, List<String> removed, List<String> changed, int omitted) {}
  }
}

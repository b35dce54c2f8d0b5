package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * A deployment as it is told. Times are ISO texts.
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

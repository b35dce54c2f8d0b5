package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * What a deployment would do that is not begun.
 *
 * @param way {@code new}, {@code no_op}, {@code version_recorded}, {@code agents} or {@code
 *     blue_green}
 * @param description why it would go this way
 * @param policy in full
 * @param awaitsPromotion whether somebody would be asked once what changes first is healthy
 * @param version the name that the version would get
 * @param previousVersion that runs now; null before the first
 * @param jobId that runs now; null before the first
 * @param makesJob whether a job would be made
 * @param batches agents that would change together, in order; none where jobs change
 * @param differences between what runs and what was sent; null before the first
 * @param warnings sentences for people; they refuse nothing
 * @param planToken makes a deployment conditional on all that this stands on
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

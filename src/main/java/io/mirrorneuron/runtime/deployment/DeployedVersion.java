package io.mirrorneuron.runtime.deployment;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Content;
import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Present;
import java.util.Objects;

/**
 * A version deployed under a key.
 *
 * @param name counts from {@code 1}
 * @param jobId the job that runs it, or ran it last
 * @param fingerprint of its manifest; versions may share one
 * @param bundle fingerprint of its payload files, or null
 * @param stable whether it has been healthy as a whole
 * @param tag name given by people, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeployedVersion(
    String name,
    String jobId,
    String fingerprint,
    String bundle,
    long submittedAt,
    boolean stable,
    String tag) {

  boolean isSame(DeployedVersion other) {
    return fingerprint.equals(other.fingerprint) && Objects.equals(bundle, other.bundle);
  }

  DeployedVersion in(String job) {
    return new DeployedVersion(name, job, fingerprint, bundle, submittedAt, stable, tag);
  }

  DeployedVersion proven() {
    return new DeployedVersion(name, jobId, fingerprint, bundle, submittedAt, true, tag);
  }

  /**
   * A version with its plan; nothing of it is stored.
   *
   * @param line as it was read; without a deployment where nothing was deployed yet
   * @param present what runs; null for nothing
   * @param next what is to run
   */
  record PreparedVersion(
      DeployedKey line,
      DeployedVersion version,
      Present present,
      Content next,
      DeploymentPlan plan) {

    /**
     * @param reason in the caller's words, or null
     */
    PreparedVersion because(String reason) {
      return new PreparedVersion(line, version, present, next, plan.because(reason));
    }
  }
}

package io.mirrorneuron.runtime.deployment;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Content;
import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Present;
import java.util.Objects;

/**
 * A version of what is deployed under a key.
 *
 * @param name counts from {@code 1}
 * @param jobId that runs it, or ran it last
 * @param fingerprint of its manifest, which versions may share
 * @param bundle fingerprint of its payload files, or null
 * @param stable whether it has been healthy as a whole
 * @param tag by which people find it, or null
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

  /** Whether both have the same manifest and the same payload files. */
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
   * A version, with the way that it goes; nothing of it is stored.
   *
   * @param line as it was looked at; without a deployment where nothing was deployed yet
   * @param present what runs; null when nothing does yet
   * @param next what is to run
   */
  record PreparedVersion(
      DeploymentLine line,
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

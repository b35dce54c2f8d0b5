package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Content;
import io.mirrorneuron.runtime.deployment.DeploymentPlanner.Present;

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

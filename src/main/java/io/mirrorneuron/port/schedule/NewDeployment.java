package io.mirrorneuron.port.schedule;

import io.mirrorneuron.port.Submission;
import java.util.Map;

/**
 * What somebody wants deployed.
 *
 * @param bundle with the caller's idempotency key, if there is one
 * @param key blank for what the manifest says
 * @param policy goes before what the manifest says of updates
 * @param waits whether it is answered when it is over, if that is soon
 * @param planToken of the plan that must still hold; null for whatever holds
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

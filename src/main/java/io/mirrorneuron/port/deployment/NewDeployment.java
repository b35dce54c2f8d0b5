package io.mirrorneuron.port.deployment;

import io.mirrorneuron.port.Submission;
import java.util.Map;

/**
 * What somebody wants deployed.
 *
 * @param bundle with the caller's idempotency key, if there is one
 * @param key blank for what the manifest says
 * @param policy goes before what the manifest says of updates
 * @param waits whether it is answered when it is over, if that is soon
 */
public record NewDeployment(
    Submission bundle, String key, Map<String, Object> policy, boolean waits) {}

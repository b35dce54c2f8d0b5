package io.mirrorneuron.runtime.state.definition;

/**
 * The deployment by whose doing agents are what they are.
 *
 * @param role {@code primary}, {@code canary} or {@code candidate}
 */
public record DeployedBy(String deploymentId, String key, String version, String role) {}

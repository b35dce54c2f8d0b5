/**
 * Deployments: new versions of running jobs, as records with a state machine ({@code
 * runtime.machine}). Start with {@link io.mirrorneuron.runtime.deployment.DeploymentMachine}.
 */
package io.mirrorneuron.runtime.deployment;

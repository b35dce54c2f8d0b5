/**
 * Deployments: new versions of jobs that run. Records that act by themselves ({@code
 * runtime.machine}): start with {@link io.mirrorneuron.runtime.deployment.DeploymentMachine}.
 */
package io.mirrorneuron.runtime.deployment;

/**
 * Which way a new version goes, and in which batches; pure. Start with {@link
 * io.mirrorneuron.runtime.deployment.plan.DeploymentPlanner}.
 */
package io.mirrorneuron.runtime.deployment.plan;

/**
 * What the agents of a job do, which a deployment may change while the job runs. Start with {@link
 * io.mirrorneuron.runtime.state.definition.JobDefinition}.
 */
package io.mirrorneuron.runtime.state.definition;

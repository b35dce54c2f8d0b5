/**
 * A workflow: agents, edges and steps, whichever form their author wrote. {@link
 * io.mirrorneuron.runtime.workflow.Workflow} is the root. Values only.
 */
package io.mirrorneuron.runtime.workflow;

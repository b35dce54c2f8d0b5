/**
 * What is to be run: agents, the ways between them and the steps they work for, whichever form
 * their author wrote. {@link io.mirrorneuron.runtime.workflow.Workflow} is the root. Values only.
 */
package io.mirrorneuron.runtime.workflow;

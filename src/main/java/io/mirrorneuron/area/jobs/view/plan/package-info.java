/**
 * What is to be done in a job: its steps, who works for them, in which layers. Start with {@link
 * io.mirrorneuron.area.jobs.view.plan.PlanReader}. Pure.
 */
package io.mirrorneuron.area.jobs.view.plan;

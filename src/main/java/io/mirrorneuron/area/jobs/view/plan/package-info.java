/**
 * The plan of a job: its steps, who works for them, and in which layers they stand. Start with
 * {@link io.mirrorneuron.area.jobs.view.plan.PlanReader}. Pure.
 */
package io.mirrorneuron.area.jobs.view.plan;

/**
 * Runs as a whole, to take away and to lay side by side: {@link
 * io.mirrorneuron.run.report.RunStory} reads one, {@link io.mirrorneuron.run.report.RunDocument} is
 * it as JSON, {@link io.mirrorneuron.run.report.RunReport} and {@link
 * io.mirrorneuron.run.report.BlueprintReport} tell people of it, {@link
 * io.mirrorneuron.run.report.Comparison} shows several.
 */
package io.mirrorneuron.run.report;

/**
 * Reads the problem graph of the form {@code mn.workflow/v1}: steps, their edges, who works for
 * them. Entry: {@link StepReader}. Uses {@code manifest.graph} and {@code manifest.reading}.
 */
package io.mirrorneuron.runtime.manifest.steps;

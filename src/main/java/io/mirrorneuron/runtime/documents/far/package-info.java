/**
 * Executions and what is heard of them as nodes tell each other. Uses the engine's port; entries:
 * {@link io.mirrorneuron.runtime.documents.far.SentExecution} and {@link
 * io.mirrorneuron.runtime.documents.far.SentSignal}.
 */
package io.mirrorneuron.runtime.documents.far;

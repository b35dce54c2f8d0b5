/**
 * Values that are too large for the state of a job and lie in the folder of its run instead. Entry:
 * {@link ArtifactSink}.
 */
package io.mirrorneuron.runtime.exec.artifact;

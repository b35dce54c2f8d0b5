/**
 * Which files of a run may be served, and what they hold when they are: artifacts, outputs,
 * checksums. Links and names never lead out of the run or the folders of the configuration.
 */
package io.mirrorneuron.run.files;

/** Nodes that each run a copy of a system job, and how far their copies are. */
package io.mirrorneuron.runtime.state.target;

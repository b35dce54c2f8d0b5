/** Nodes, their state and their resources. */
package io.mirrorneuron.area.cluster;

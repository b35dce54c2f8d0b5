/** Ports between nodes on one store. */
package io.mirrorneuron.port.node;

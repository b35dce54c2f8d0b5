/**
 * Operations: group actions on jobs and nodes that are followed, and outlive the server that began
 * them. Start with {@link io.mirrorneuron.port.operation.OperationsPort}. Knows the model only.
 */
package io.mirrorneuron.port.operation;

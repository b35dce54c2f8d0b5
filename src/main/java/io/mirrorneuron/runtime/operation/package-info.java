/**
 * Operations, as {@code port.operation} has them: {@link
 * io.mirrorneuron.runtime.operation.OperationMachine} decides, {@link
 * io.mirrorneuron.runtime.operation.OperationDeeds} has jobs and nodes do it. Start with {@link
 * io.mirrorneuron.runtime.operation.Operation}, the state. Uses {@code runtime.machine}, ports, and
 * what {@code runtime.local} knows of clearing and waiting.
 */
package io.mirrorneuron.runtime.operation;

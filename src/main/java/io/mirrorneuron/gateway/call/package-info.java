/**
 * How a request becomes the call of an area: parameters and bodies are read, checked and sent.
 * Start with {@link io.mirrorneuron.gateway.call.OperationCheck}.
 */
package io.mirrorneuron.gateway.call;

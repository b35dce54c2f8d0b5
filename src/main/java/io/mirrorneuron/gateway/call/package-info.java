/**
 * Turns a request into the call of an area: reads, checks and sends parameters and bodies. Entry
 * point: {@link io.mirrorneuron.gateway.call.OperationCheck}.
 */
package io.mirrorneuron.gateway.call;

/**
 * The contract as the server reads it, and whether it is implemented. Start with {@link
 * io.mirrorneuron.gateway.contract.ApiOperation}.
 */
package io.mirrorneuron.gateway.contract;

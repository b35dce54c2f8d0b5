/**
 * Reads the contract and checks that it is implemented. Entry point: {@link
 * io.mirrorneuron.gateway.contract.ApiOperation}.
 */
package io.mirrorneuron.gateway.contract;

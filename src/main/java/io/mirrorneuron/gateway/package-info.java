/**
 * The HTTP API in front of the bus. Everything is derived from the contract; only the health
 * operations are named here. Entry point: {@link io.mirrorneuron.gateway.ApiRouter}, which combines
 * {@code security}, {@code call}, and {@code answer} or {@code stream} into a handler for each
 * operation of {@code contract}. Only this package and {@link io.mirrorneuron.bus} use futures and
 * the event loop.
 */
package io.mirrorneuron.gateway;

/**
 * HTTP in, bus out. Everything is derived from the contract; no operation but health is named here.
 * Start with {@link io.mirrorneuron.gateway.ApiRouter}: for each operation of {@code contract} it
 * makes a handler of {@code security}, {@code call}, and {@code answer} or {@code stream}. Futures
 * and the event loop live here and in {@link io.mirrorneuron.bus}.
 */
package io.mirrorneuron.gateway;

/**
 * The endpoint of the areas on a shared event bus: for gateways without areas, which have the node
 * token, and for other programs, whose messages are checked as HTTP requests are. Entry point:
 * {@link io.mirrorneuron.gateway.bus.BusEndpoint}; the protocol is in {@code docs/event-bus.md}.
 */
package io.mirrorneuron.gateway.bus;

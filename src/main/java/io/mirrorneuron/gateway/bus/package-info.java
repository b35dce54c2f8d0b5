/**
 * The door of the areas on an event bus that processes share: for gateways without areas, which
 * show the token of nodes, and for programs of others, whose messages are checked as requests over
 * HTTP are. Start with {@link io.mirrorneuron.gateway.bus.BusEndpoint}; what it understands is
 * documented in {@code docs/event-bus.md}.
 */
package io.mirrorneuron.gateway.bus;

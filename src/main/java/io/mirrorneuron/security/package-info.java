/**
 * Who calls and what that allows, the same for HTTP, sockets, gRPC and the event bus. Start with
 * {@link io.mirrorneuron.security.Auth}; a {@link io.mirrorneuron.security.Auth.Principal} is what
 * it finds out. Knows configuration and Vert.x futures, and neither doors nor areas.
 */
package io.mirrorneuron.security;

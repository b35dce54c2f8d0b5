/** Who calls, what that allows, and from which pages. */
package io.mirrorneuron.gateway.security;

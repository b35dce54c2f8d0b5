/**
 * Tokens of an issuer of the user's: JSON Web Tokens. Start with {@link
 * io.mirrorneuron.security.jwt.JwtAuth}. A {@code Token} is taken apart before it is believed, a
 * {@code VerifyingKey} checks its signature by Vert.x, the {@code ClaimRules} say who it speaks
 * for. Keys come once from a {@code KeyFile} or again and again from an address ({@code
 * FetchedKeys}).
 */
package io.mirrorneuron.security.jwt;

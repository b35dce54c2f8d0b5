/**
 * Bundles the documents under {@code openapi}, a head and one or more documents per area, into the
 * one contract that is served. Used only by the build. Entry point: {@link
 * io.mirrorneuron.gateway.contract.bundle.ContractBundle}; it may use {@code wire}, Jackson, and
 * {@code gateway.contract} to check the result.
 */
package io.mirrorneuron.gateway.contract.bundle;

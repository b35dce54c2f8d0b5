/**
 * Makes the one contract that is served out of the documents under {@code openapi}: a head and one
 * or more documents per area. Only the build runs it. Start with {@link
 * io.mirrorneuron.gateway.contract.bundle.ContractBundle}; it may use {@code wire}, Jackson, and
 * {@code gateway.contract} to check what it has made.
 */
package io.mirrorneuron.gateway.contract.bundle;

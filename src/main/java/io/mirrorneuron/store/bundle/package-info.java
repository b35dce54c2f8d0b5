/**
 * Payload files of bundles, by fingerprint. Entry: {@link
 * io.mirrorneuron.store.bundle.SharedBundles}. {@link io.mirrorneuron.store.bundle.FileBundleStore}
 * is what one node has; {@link io.mirrorneuron.store.bundle.BundleIndex} is what all nodes reach.
 */
package io.mirrorneuron.store.bundle;

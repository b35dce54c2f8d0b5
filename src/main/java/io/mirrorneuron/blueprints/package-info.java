/** Bundles and blueprints. */
package io.mirrorneuron.blueprints;

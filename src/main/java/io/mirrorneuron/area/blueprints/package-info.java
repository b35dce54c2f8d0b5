/** Bundles and blueprints. */
package io.mirrorneuron.area.blueprints;

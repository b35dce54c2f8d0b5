/** The public Java API. Start with {@link io.mirrorneuron.app} to see how the house is built. */
package io.mirrorneuron;

/** The bundles that come with the program. */
package io.mirrorneuron.samples;

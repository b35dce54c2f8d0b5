/** The list of runs, true to the folders without reading them all. Entry: {@link RunIndex}. */
package io.mirrorneuron.run.index;

/** The area {@code runs}: the list of runs and the files of each. */
package io.mirrorneuron.area.runs;

/** Runs to take away and to lay side by side: exports and comparisons. */
package io.mirrorneuron.area.archive;

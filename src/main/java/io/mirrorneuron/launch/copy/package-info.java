/** Copies of folders that somebody else owns. */
package io.mirrorneuron.launch.copy;

/**
 * The files of one run's folder: entry is {@link RunFolder}. Documents are replaced whole, line
 * files are appended to and rotated; other writers of this product wait for the folder's lock. Uses
 * model and wire only.
 */
package io.mirrorneuron.run.folder;

/**
 * The files of one run's folder; entry point {@link RunFolder}. Documents are replaced atomically,
 * line files are appended to and rotated; writers of this product take the folder's lock. Uses
 * model and wire only.
 */
package io.mirrorneuron.run.folder;

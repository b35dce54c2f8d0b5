/**
 * Documents about a job: its row in lists, its details, and why it does not continue. Reads {@code
 * runtime.state} and decides nothing.
 */
package io.mirrorneuron.runtime.documents;

/**
 * What is told of a job: its row in lists, its details, and why it does not go on. Reads {@code
 * runtime.state} and decides nothing.
 */
package io.mirrorneuron.runtime.documents;

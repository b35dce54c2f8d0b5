/**
 * What the records of a run amount to: resources, tokens, a timeline, one document for all of it.
 * Reads records and writes nothing.
 */
package io.mirrorneuron.run.summary;

/** What is wrong with a value that does not fit a JSON Schema, found with bounded work. */
package io.mirrorneuron.wire.schema;

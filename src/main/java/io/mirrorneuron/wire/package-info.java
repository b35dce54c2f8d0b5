/**
 * The two wire formats: the JSON mapper, schemas and what does not fit them, and the translation of
 * failures to gRPC and back.
 */
package io.mirrorneuron.wire;

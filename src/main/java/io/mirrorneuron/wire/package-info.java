/**
 * The two wire formats: the JSON mapper, forms of single documents (messages, the step ledger),
 * schemas and what does not fit them, and the translation of failures to gRPC and back.
 */
package io.mirrorneuron.wire;

/** The two wire formats: the JSON mapper and the translation of failures to gRPC and back. */
package io.mirrorneuron.wire;

/**
 * The two wire formats. {@link io.mirrorneuron.wire.Json} is the JSON mapper. A class {@code …Form}
 * reads or writes one document of the gRPC contract (messages, the step ledger, a job's detail, the
 * summary of a cluster); a record {@code …Facts} is what this program needs of a document that
 * others wrote, read by {@link io.mirrorneuron.wire.LenientJson}: its components are the one place
 * where members are named. Beside these: schemas and what does not fit them, and the translation of
 * failures to gRPC and back.
 */
package io.mirrorneuron.wire;

/**
 * The two wire formats. {@link io.mirrorneuron.wire.Json} is the JSON mapper. A class {@code …Form}
 * reads or writes one document of the gRPC contract (messages, the step ledger, a job's detail, the
 * summary of a cluster). A record {@code …Facts} holds the members of a foreign document that this
 * program needs, read by {@link io.mirrorneuron.wire.LenientJson}: only its components name these
 * members. Also: schema checks and their faults, and the mapping of failures to gRPC and back.
 */
package io.mirrorneuron.wire;

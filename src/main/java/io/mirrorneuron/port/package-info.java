/**
 * What areas, doors and Java programs ask a runtime for, wherever it runs: {@link
 * io.mirrorneuron.port.JobsPort} and {@link io.mirrorneuron.port.ClusterPort}, with the records
 * they take and answer. {@code runtime} implements them in this process, {@code client} over gRPC.
 * Each record is its JSON form too, for HTTP and gRPC and the client: its components in order, or,
 * of what runtimes tell in different ways, the JSON as it was written. Uses {@code model} only.
 */
package io.mirrorneuron.port;

/**
 * The ports that areas, the gRPC server and Java programs call: {@link
 * io.mirrorneuron.port.JobsPort}, {@link io.mirrorneuron.port.ClusterPort}, {@link
 * io.mirrorneuron.port.ModelsPort} and {@link io.mirrorneuron.port.OperationsPort}, each with the
 * records that it takes and answers. {@code runtime} implements them in this process, {@code
 * client} over gRPC. A record is its JSON form, too: its components in order, or the JSON as
 * another runtime wrote it. Uses {@code model} only.
 */
package io.mirrorneuron.port;

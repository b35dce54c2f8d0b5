package io.mirrorneuron.port;

/**
 * A job at a glance, read from its row or from the {@code job} member of its detail. What a runtime
 * does not tell is null.
 *
 * @param updatedAt when the runtime last wrote down anything of it
 * @param submittedBy subject of the token, as is {@code cancelledBy}
 * @param cancelReason in the words of who cancelled the job
 * @param endedAt not told by rows
 * @param lastEvent its type
 * @param recoveryReason why a person has to look at the job
 */
public record JobBrief(
    String jobId,
    String graphId,
    String status,
    String submittedAt,
    String updatedAt,
    String submittedBy,
    String endedAt,
    String cancelledBy,
    String cancelReason,
    String lastEvent,
    String recoveryReason) {}

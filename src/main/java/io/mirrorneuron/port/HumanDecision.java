package io.mirrorneuron.port;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What somebody does about a request of a job's step.
 *
 * @param runId of the job
 * @param action {@code respond}, {@code claim} or {@code release}
 * @param body as it was sent, with the name of who sent it as {@code by}
 * @param subject the name that the caller's token vouches for, or null
 */
public record HumanDecision(
    String runId, String requestId, String action, ObjectNode body, String subject) {}

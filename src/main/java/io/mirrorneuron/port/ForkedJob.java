package io.mirrorneuron.port;

/**
 * The new job that begins where another one was.
 *
 * @param id the same as {@code jobId}
 * @param status {@code pending}; of a call that was repeated, how far the job is that the first
 *     made
 */
public record ForkedJob(String id, String jobId, String status, ForkPoint forkedFrom) {}

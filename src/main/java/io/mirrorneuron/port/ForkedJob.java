package io.mirrorneuron.port;

/**
 * The new job that begins where another one was.
 *
 * @param id the same as {@code jobId}
 * @param status the one at acceptance, {@code pending}
 */
public record ForkedJob(String id, String jobId, String status, ForkPoint forkedFrom) {}

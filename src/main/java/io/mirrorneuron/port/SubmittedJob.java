package io.mirrorneuron.port;

/** Answer to a submission. The status is the one at acceptance, {@code pending}. */
public record SubmittedJob(String jobId, String status) {}

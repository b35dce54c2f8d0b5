package io.mirrorneuron.model;

/** Answer to a submission. The status is the one at acceptance, {@code pending}. */
public record SubmittedJob(String jobId, String status) {}

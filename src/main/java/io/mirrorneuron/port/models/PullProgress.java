package io.mirrorneuron.port.models;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * How far the installation of a model is.
 *
 * @param model its id
 * @param status {@code installing}, {@code installed} or {@code failed}
 * @param message a sentence
 * @param pulledBytes that are there
 * @param totalBytes 0 while nobody knows
 * @param error why it failed; null when it did not
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PullProgress(
    String model,
    String status,
    String message,
    long pulledBytes,
    long totalBytes,
    String startedAt,
    String endedAt,
    String error) {}

package io.mirrorneuron.port.models;

/**
 * A model that is gone.
 *
 * @param status {@code removed}
 */
public record RemovedModel(String id, String model, String status) {}

package io.mirrorneuron.port.models;

/**
 * A model that is to be installed.
 *
 * @param force also where this machine cannot run it well
 */
public record ModelOrder(String model, boolean force) {}

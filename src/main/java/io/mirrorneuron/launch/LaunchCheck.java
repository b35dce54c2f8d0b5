package io.mirrorneuron.launch;

import io.mirrorneuron.port.Validation;

/**
 * What would be said to a launch; nothing is done.
 *
 * @param manifest as its author wrote it
 */
public record LaunchCheck(
    String source, Object blueprint, Validation validation, Object manifest) {}

package io.mirrorneuron.launch;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.Validation;

/**
 * What would be said to a launch; nothing is done.
 *
 * @param manifest as its author wrote it
 * @param form what it asks for; null when it cannot be read
 */
public record LaunchCheck(
    String source,
    Object blueprint,
    Validation validation,
    Object manifest,
    @JsonInclude(JsonInclude.Include.NON_NULL) Object form) {}

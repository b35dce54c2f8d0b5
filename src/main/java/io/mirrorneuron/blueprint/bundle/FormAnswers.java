package io.mirrorneuron.blueprint.bundle;

import java.util.Map;

/**
 * What was answered before a launch.
 *
 * @param inputs values of inputs of the manifest, by name
 * @param config values of the configuration
 */
record FormAnswers(Map<String, Object> inputs, Map<String, Object> config) {}

package io.mirrorneuron.port.models;

/**
 * A model that a blueprint needs.
 *
 * @param model an id of the catalog, or a name
 * @param provider null for that of the catalog
 * @param path where the blueprint says so, for example {@code llm.configs.primary}
 * @param clusterProvided whether its author says that it is installed elsewhere
 */
public record ModelNeed(
    String model, String provider, String path, boolean clusterProvided, boolean force) {}

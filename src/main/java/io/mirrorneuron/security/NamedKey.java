package io.mirrorneuron.security;

import io.mirrorneuron.config.JwtAlgorithm;

/**
 * A key for one algorithm.
 *
 * @param id what tokens call it (kid), or null
 */
record NamedKey(String id, JwtAlgorithm algorithm, KeyMaterial material) {}

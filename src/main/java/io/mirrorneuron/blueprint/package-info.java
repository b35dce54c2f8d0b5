/**
 * The catalog of blueprints: bundles with a description, a configuration and a form, from which
 * runs are launched. Start at {@link io.mirrorneuron.blueprint.Catalogs}. Uses {@code model},
 * {@code wire}, {@code config} and {@code bundle}; knows nothing of jobs.
 */
package io.mirrorneuron.blueprint;

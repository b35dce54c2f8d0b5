/**
 * The commands of {@code mn blueprint} that look at runs, as the original client has them. All read
 * by {@link io.mirrorneuron.cli.blueprint.runs.RunReader}, from a server or from folders.
 */
package io.mirrorneuron.cli.blueprint.runs;

/**
 * {@code mn human}: requests of workflows to people, and the answers. Begin at {@link
 * io.mirrorneuron.cli.human.HumanCommand}; {@link io.mirrorneuron.cli.human.HumanPrompt} is the
 * conversation at a terminal.
 */
package io.mirrorneuron.cli.human;

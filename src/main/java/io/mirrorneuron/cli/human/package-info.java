/**
 * {@code mn human}: what workflows ask people, and their answers. Begin at {@link
 * io.mirrorneuron.cli.human.HumanCommand}; {@link io.mirrorneuron.cli.human.HumanPrompt} is the
 * conversation at a terminal.
 */
package io.mirrorneuron.cli.human;

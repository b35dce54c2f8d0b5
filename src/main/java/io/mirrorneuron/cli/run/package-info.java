/**
 * {@code mn run}: runs a workflow; its subcommands look at the records and files of runs. Begin at
 * {@link io.mirrorneuron.cli.run.RunCommand}.
 */
package io.mirrorneuron.cli.run;

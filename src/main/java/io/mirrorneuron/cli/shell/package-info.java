/**
 * The command line itself: help, version, completion of words, and what is said to a line that
 * nobody can follow ({@link io.mirrorneuron.cli.shell.Misuse}).
 */
package io.mirrorneuron.cli.shell;

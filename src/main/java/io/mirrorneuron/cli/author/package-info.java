/** For those who write workflows: {@code mn init} and {@code mn validate}. */
package io.mirrorneuron.cli.author;

/** For those who write workflows: {@code mn init}, {@code mn validate} and {@code mn plan}. */
package io.mirrorneuron.cli.author;

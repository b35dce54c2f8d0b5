/** {@code mn schedule} and {@code mn trigger}. */
package io.mirrorneuron.cli.schedule;

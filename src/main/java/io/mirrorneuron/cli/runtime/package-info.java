/**
 * Commands about a running server: {@code mn runtime health|status|metrics} and {@code mn node}.
 */
package io.mirrorneuron.cli.runtime;

/**
 * Commands that ask a running server how it is: {@code mn runtime health|status|metrics} and {@code
 * mn node}.
 */
package io.mirrorneuron.cli.runtime;

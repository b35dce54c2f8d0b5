/** {@code mn event}. Entry: {@code EventCommand}. */
package io.mirrorneuron.cli.event;

/** What is set of the event bus that processes may share. */
package io.mirrorneuron.config.bus;

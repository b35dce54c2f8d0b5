/** Port: events that start jobs. Entry: {@code TriggerEvents}. */
package io.mirrorneuron.port.event;

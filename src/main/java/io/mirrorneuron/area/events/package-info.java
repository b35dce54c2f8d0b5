/** Events that start jobs. Entry: {@code EventsVerticle}. */
package io.mirrorneuron.area.events;

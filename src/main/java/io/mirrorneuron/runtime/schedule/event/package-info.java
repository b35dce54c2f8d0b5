/**
 * Which events a schedule waits for: {@link io.mirrorneuron.runtime.schedule.event.EventFilter}.
 * Pure.
 */
package io.mirrorneuron.runtime.schedule.event;

/** Where events that start jobs are kept. Entry: {@code TriggerEventStore}. */
package io.mirrorneuron.store.event;

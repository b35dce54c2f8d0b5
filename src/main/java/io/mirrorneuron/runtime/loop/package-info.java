/**
 * Drives the state machine: one {@link JobLoop} per job takes inputs, lets {@code runtime.decide}
 * fold them, commits, then runs the effects. Entry: {@link Engine}. The only part of the engine
 * that accesses the store.
 */
package io.mirrorneuron.runtime.loop;

/**
 * The common pattern for records that act by themselves, such as schedules, deployments and drains:
 * a pure {@link StateMachine} decides, {@link MachineLoop} replaces the stored state and then
 * performs its effects. Uses {@code runtime.port} and the port {@code store.RecordStore}. Jobs,
 * which take thousands of inputs a second, have a loop of their own.
 */
package io.mirrorneuron.runtime.machine;

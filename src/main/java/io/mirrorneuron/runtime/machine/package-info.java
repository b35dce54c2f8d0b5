/**
 * The one pattern for records that act by themselves, such as schedules, deployments and drains: a
 * pure {@link StateMachine} decides, {@link MachineLoop} stores each state in place of the one it
 * was decided on and then does what the state owes. Uses {@code runtime.port} and the port {@code
 * store.RecordStore}; jobs, which take thousands of inputs a second, have a loop of their own.
 */
package io.mirrorneuron.runtime.machine;

/**
 * Requests to people, wherever they are kept: {@link HumanRequest} says how one stands after some
 * records, {@link RequestAction} what comes of what somebody does about it, {@link DecisionRules}
 * who may. Requests of programs are records of files ({@code run.human}), those of steps records of
 * their job ({@code runtime.state}). Pure; uses {@code model} and {@code wire}.
 */
package io.mirrorneuron.human;

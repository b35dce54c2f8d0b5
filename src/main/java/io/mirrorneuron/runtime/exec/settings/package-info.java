/**
 * What a manifest asks of the runner of one node: {@link ExecutorSettings}, read and checked;
 * {@link NotStarted} says what is wrong with it; {@link ServerVariables} are what it may have of
 * the environment. Uses {@code config} only.
 */
package io.mirrorneuron.runtime.exec.settings;

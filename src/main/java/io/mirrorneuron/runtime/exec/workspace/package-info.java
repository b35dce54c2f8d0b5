/**
 * The folder one execution sees, from its making to its removal. Entry: {@link Workspaces}. Uses
 * {@code exec.settings} and the engine's port.
 */
package io.mirrorneuron.runtime.exec.workspace;

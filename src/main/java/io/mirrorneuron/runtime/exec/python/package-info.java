/**
 * Virtual environments for nodes that list Python packages. Entry: {@link PythonEnvironments}. Uses
 * {@code exec.process} to run the tools that make them.
 */
package io.mirrorneuron.runtime.exec.python;

/**
 * Starting and ending processes, one session per program. Entry: {@link
 * io.mirrorneuron.runtime.exec.spawn.Spawner#best}. Knows nothing of jobs; uses only the JDK.
 */
package io.mirrorneuron.runtime.exec.spawn;

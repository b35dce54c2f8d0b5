/**
 * Files in folders that programs can change while they are used: they may put links, pipes, sockets
 * or second names of other files in the place of any file or folder, and rename what is being read.
 * This is the only door to such folders. {@link io.mirrorneuron.untrusted.UntrustedFiles} reads,
 * {@link io.mirrorneuron.untrusted.OpenFolder} writes and removes. What is opened is checked after
 * it was opened, by its identity and not by its name. Of the house it uses {@code libc} only.
 */
package io.mirrorneuron.untrusted;

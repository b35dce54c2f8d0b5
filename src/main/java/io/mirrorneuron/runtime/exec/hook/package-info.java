/** Hooks of bundles as programs of this machine. */
package io.mirrorneuron.runtime.exec.hook;

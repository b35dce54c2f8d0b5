/** Calls of the C library, for the packages that need what the JDK does not offer. */
package io.mirrorneuron.libc;

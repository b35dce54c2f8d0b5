/** Persistent state: ports, and adapters that keep it on disk or in Redis. */
package io.mirrorneuron.store;

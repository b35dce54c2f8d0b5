/** Where state lies: ports, and the adapters that keep it on disk or in Redis. */
package io.mirrorneuron.store;

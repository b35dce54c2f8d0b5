/** The embedded Redis server as a process: found, started, taken over, kept up, stopped. */
package io.mirrorneuron.redis;

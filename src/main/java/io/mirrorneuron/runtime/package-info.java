/**
 * The workflow runtime: {@link io.mirrorneuron.runtime.Runtime} composes engine, store and
 * programs. Independent of HTTP and the bus.
 */
package io.mirrorneuron.runtime;

/**
 * The workflow runtime as a whole: {@link io.mirrorneuron.runtime.Runtime} composes engine, store
 * and programs and knows nothing of HTTP or the bus.
 */
package io.mirrorneuron.runtime;

/**
 * Jobs as committed turns of a deterministic state machine; entry is {@link
 * io.mirrorneuron.runtime.engine.Engine}, the machine itself is {@code Decider}. Knows ports only.
 */
package io.mirrorneuron.runtime.engine;

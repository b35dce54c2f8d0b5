/** How many values JSON has. Start at {@link io.mirrorneuron.wire.count.ValueCount}. */
package io.mirrorneuron.wire.count;

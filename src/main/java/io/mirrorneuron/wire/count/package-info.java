/**
 * How much JSON may have: values in all ({@link io.mirrorneuron.wire.count.ValueCount}, start
 * there), and in a number.
 */
package io.mirrorneuron.wire.count;

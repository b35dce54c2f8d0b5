/**
 * How an ended job is kept: all of it in one value, compressed. Entry: {@code PackedJob}. Nothing
 * else knows the form.
 */
package io.mirrorneuron.store.packed;

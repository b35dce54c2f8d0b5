/**
 * How areas become part of a server: a module class in each area makes its verticle ({@link
 * io.mirrorneuron.area.AreaModule}) from what a server offers to all of them ({@link
 * io.mirrorneuron.area.Platform}). Areas of one class are here; larger ones have a package each.
 * Areas know neither each other nor a gateway or runtime.
 */
package io.mirrorneuron.area;

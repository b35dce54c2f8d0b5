/**
 * How areas become part of a server: a module class in each area makes its verticle ({@link
 * io.mirrorneuron.area.AreaModule}) from what a server offers to all of them ({@link
 * io.mirrorneuron.area.Platform}). Knows no area, no gateway and no runtime.
 */
package io.mirrorneuron.area;

/**
 * What nodes of one cluster ask of each other, besides what clients may ask. Uses {@code model}.
 */
package io.mirrorneuron.port.node;

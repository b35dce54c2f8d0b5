/** Programs that a bundle brings to accompany a launch. */
package io.mirrorneuron.port.hook;

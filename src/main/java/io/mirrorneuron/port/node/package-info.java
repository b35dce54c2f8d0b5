/** What nodes on one store know of each other, and ask each other. */
package io.mirrorneuron.port.node;

/** What runs told of themselves: their records, what they used, and what that comes to. */
package io.mirrorneuron.area.observability;

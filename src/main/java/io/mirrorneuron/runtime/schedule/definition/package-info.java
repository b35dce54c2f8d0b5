/** What a schedule is: read from what people write, and checked. */
package io.mirrorneuron.runtime.schedule.definition;

/** The area {@code schedules}: what submits jobs when it is due. */
package io.mirrorneuron.area.schedules;

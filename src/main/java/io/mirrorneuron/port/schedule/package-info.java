/** Port: what areas and doors ask of schedules. Entry: {@code SchedulesPort}. */
package io.mirrorneuron.port.schedule;

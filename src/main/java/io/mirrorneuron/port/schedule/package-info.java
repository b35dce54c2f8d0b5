/** Ports of schedules, deployments, events and webhooks. Entry: {@code SchedulesPort}. */
package io.mirrorneuron.port.schedule;

package io.mirrorneuron.runtime.schedule.cron;

import java.time.Instant;
import java.time.LocalDateTime;

/**
 * One time at which a schedule fires.
 *
 * @param local what was asked for; where the clock change moved it, a time that does not exist
 */
public record Firing(Instant at, LocalDateTime local, ClockChange clockChange) {}

package io.mirrorneuron.runtime.schedule.event;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Makes one job of many events, after a quiet period.
 *
 * @param waitMs quiet time after the last event
 * @param maxWaitMs longest time after the first event
 * @param key path of a value that groups events; null for one group
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Debounce(long waitMs, long maxWaitMs, String key) {}

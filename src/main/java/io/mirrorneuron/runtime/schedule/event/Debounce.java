package io.mirrorneuron.runtime.schedule.event;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Makes one job of many events, when none has come for a while.
 *
 * @param waitMs after the last of them
 * @param maxWaitMs after the first, however many come
 * @param key path of a value: those with the same one belong together; null when all do
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Debounce(long waitMs, long maxWaitMs, String key) {}

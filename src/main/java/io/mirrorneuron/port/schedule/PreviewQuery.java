package io.mirrorneuron.port.schedule;

import java.util.Map;

/**
 * Which times are asked for.
 *
 * @param scheduleId of one that is there; null for {@code schedule}
 * @param schedule as its author wrote it
 * @param count how many; 0 or less means 10, and 100 is the most
 * @param from later than this ISO time; null for now
 */
public record PreviewQuery(
    String scheduleId, Map<String, Object> schedule, int count, String from) {}

package io.mirrorneuron.port.schedule;

import java.util.List;
import java.util.Map;

/**
 * A target that is to be made.
 *
 * @param name for people
 * @param url {@code https} or {@code http}
 * @param events types of events, or their beginnings with {@code *} behind; at least one
 * @param filters as triggers of schedules have them; null for none
 */
public record NewTarget(
    String name, String url, List<String> events, Map<String, Object> filters) {}

package io.mirrorneuron.port.schedule;

import io.mirrorneuron.port.Submission;
import java.util.Map;

/**
 * A schedule to be made.
 *
 * @param bundle of its jobs
 * @param schedule as its author wrote it; empty for what the manifest says
 * @param source where it comes from, as its maker says
 */
public record NewSchedule(
    Submission bundle, Map<String, Object> schedule, Map<String, Object> source) {}

package io.mirrorneuron.runtime.workflow;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a job demands of the machines that run it.
 *
 * @param gpu of its requirements, unless its submitter skips them
 * @param waived the same when its submitter skips them
 * @param devices of its agents, by agent
 */
public record DeviceDemands(
    Optional<DeviceDemand> gpu,
    Optional<DeviceDemand> waived,
    Map<String, List<DeviceDemand>> devices) {}

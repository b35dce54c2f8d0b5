package io.mirrorneuron.port.models;

/**
 * What a model needs, in MB; null where nobody says.
 *
 * @param minGpuMemoryMb of one graphics card
 * @param minUnifiedMemoryMb of a machine whose graphics share its memory
 * @param minCpuMemoryMb of a machine without a graphics card
 * @param cpuIsEnough whether it is fast enough there
 */
public record ModelRequirements(
    Integer minGpuMemoryMb,
    Integer minUnifiedMemoryMb,
    Integer minCpuMemoryMb,
    boolean cpuIsEnough) {
  public static final ModelRequirements NONE = new ModelRequirements(null, null, null, true);
}

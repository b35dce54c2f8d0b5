package io.mirrorneuron.port.upkeep;

/**
 * Which nodes take work. Any node answers for all on the same store. Blocking and thread-safe; a
 * name without {@code @} is INVALID, and what changes a node fails as NOT_FOUND when nobody has
 * heard of it.
 */
public interface NodeUpkeep {
  /** Also of a node that nobody has heard of: {@link NodeCondition#UNKNOWN}. */
  NodeReport status(String node);

  /**
   * Says that a node takes no new work, or takes it again. Work that is there stays.
   *
   * @param reason in the caller's words; null or blank for none
   */
  MaintenanceChange maintain(String node, boolean enabled, String reason);
}

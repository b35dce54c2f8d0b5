package io.mirrorneuron.port.node;

/**
 * Which nodes take work. Any node answers for all on the same store. Blocking and thread-safe; a
 * name without {@code @} is INVALID, and what changes a node fails as NOT_FOUND when nobody has
 * heard of it.
 */
public interface NodeUpkeep {
  /** Also of a node that nobody has heard of, see {@link NodeReport#orNotFound}. */
  NodeReport status(String node);

  /**
   * Says that a node takes no new work, or takes it again. Work that is there stays.
   *
   * @param reason in the caller's words; null or blank for none
   */
  MaintenanceChange maintain(String node, boolean enabled, String reason);

  /**
   * Has work leave a node, or says what would come of it. Answers when the node has looked at its
   * jobs, or after some seconds; {@link #status} tells how it goes on.
   */
  DrainReport drain(DrainOrder order);

  /**
   * Ends a drain; what has left the node stays where it is.
   *
   * @param markEligible whether the node takes work again; it is in maintenance otherwise
   */
  DrainCancelled undrain(String node, String reason, boolean markEligible);

  /**
   * Takes over the jobs of a node that is dead. Those of one that lives are its own affair.
   *
   * @param dryRun whether only to say what would happen
   */
  Reconciliation reconcile(String node, String reason, boolean dryRun);
}

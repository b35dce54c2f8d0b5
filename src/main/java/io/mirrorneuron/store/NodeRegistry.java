package io.mirrorneuron.store;

import io.mirrorneuron.model.Lifetime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Port: which owners of jobs are alive. An owner is the name of a node, {@code #}, and the id of
 * its data directory. An owner without a heartbeat for its {@link #lifetime} is dead, by the
 * store's clock, so the clocks of nodes need not agree. The store keeps the common lifetime while
 * any owner lives.
 */
public interface NodeRegistry {
  /** How long dead owners are listed. */
  long REMEMBERED_MS = 3_600_000;

  /**
   * Answer to a heartbeat.
   *
   * @param lapsed whether the owner was not among the living, no longer or not yet: others may have
   *     taken its jobs over
   * @param living all living owners, this one included
   * @param departures number of owners that have left or died until now; only this shows an owner
   *     that came and went between two heartbeats
   */
  record Beat(boolean lapsed, Set<String> living, long departures) {}

  /** Whether the last heartbeat through this object saw another living owner. */
  boolean sawOthers();

  /**
   * Whether any heartbeat through this object saw another living owner, or one that has come and
   * gone since the first heartbeat.
   */
  boolean hasMetOthers();

  /**
   * All living owners as of the last answer, at the latest of the last heartbeat; does not ask the
   * store. Empty before the first.
   */
  Set<String> seen();

  /** Lifetime of owners whose heartbeats go through this object. */
  Lifetime lifetime();

  /** Heartbeat: the owner is alive from now on. */
  CompletionStage<Beat> beat(String owner);

  /**
   * The first heartbeat. Changes nothing when the node's name is in use, or when living owners have
   * another lifetime. When no other owner lives, this lifetime becomes the common one; of two that
   * start at the same moment with different ones, one wins. Living owners without a stored lifetime
   * have {@link Lifetime#DEFAULT}.
   *
   * @return another living owner of that name, and how many milliseconds it lives without another
   *     heartbeat; empty when the name was free; fails with {@link Lifetime#refused} for another
   *     lifetime
   */
  CompletionStage<Optional<Holder>> claim(String owner);

  /** Another owner whose node has the same name. */
  record Holder(String owner, long livesForMs) {}

  /**
   * Calls {@code hears} soon after other owners have come, left or died, until the owner leaves or
   * registers another listener. Best effort: changes may be missed or repeated; only heartbeats are
   * reliable.
   *
   * @param hears from any thread; must not block
   */
  void onChange(String owner, Runnable hears);

  /** The owner leaves and will not come back for its jobs. */
  CompletionStage<Void> leave(String owner);

  CompletionStage<Set<String>> living();

  /** Milliseconds since the last heartbeat of a living owner; empty when it does not live. */
  CompletionStage<OptionalLong> silence(String owner);

  /**
   * Publishes the owner's address. Every later heartbeat through this object repeats it; it is
   * removed when the owner is dead.
   *
   * @param address {@code host:port}
   */
  CompletionStage<Void> tell(String owner, String address);

  /** Address of a living owner; empty when it is dead or has published none. */
  CompletionStage<Optional<String>> address(String owner);

  /**
   * Sets the owner's description. The heartbeat after the first one that saw other owners publishes
   * it, later ones when it has changed.
   *
   * @param record supplies a text that is not empty
   */
  void describe(String owner, Supplier<String> record);

  /**
   * Descriptions of living owners, then of all that died within {@link #REMEMBERED_MS} in the order
   * of their death. Living owners without a description are left out.
   */
  CompletionStage<List<Described>> described();

  /**
   * An owner with a description, or a dead one.
   *
   * @param record its last description; empty when it died without one
   */
  record Described(String owner, String record, boolean lives) {}

  /** Name of the owner's node. */
  static String nameOf(String owner) {
    int end = owner.indexOf('#');
    return end < 0 ? owner : owner.substring(0, end);
  }
}

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
 * its data directory. One without a heartbeat for its {@link #lifetime} is dead; the store's clock
 * decides, so the clocks of nodes need not agree. The store keeps the lifetime that all have, while
 * any of them lives.
 */
public interface NodeRegistry {
  /** How long the dead are told of. */
  long REMEMBERED_MS = 3_600_000;

  /**
   * What a heartbeat was answered.
   *
   * @param lapsed whether the owner was not among the living any more, or not yet: others may have
   *     taken over what it had
   * @param living all owners that live now, this one too
   * @param departures how many have left or died until now; one that came and went between two
   *     heartbeats is known by this alone
   */
  record Beat(boolean lapsed, Set<String> living, long departures) {}

  /** Whether the last heartbeat through this object was told of another living owner. */
  boolean sawOthers();

  /**
   * Whether any heartbeat through this object was told of another living owner, or of one that has
   * come and gone since the first.
   */
  boolean hasMetOthers();

  /**
   * All owners that live, as calls through this object were told last, so at the latest with the
   * last heartbeat; nobody is asked. Empty before the first.
   */
  Set<String> seen();

  /** What owners have whose heartbeats go through this object. */
  Lifetime lifetime();

  /** Heartbeat: the owner is alive from now on. */
  CompletionStage<Beat> beat(String owner);

  /**
   * The first heartbeat, unless the name of the node is in use, or others live that have another
   * lifetime: then nothing is changed. When nobody else lives, the lifetime of the owner is the one
   * that all have from now on; of two that come at the same moment with different ones, one wins.
   * Others that wrote down none have {@link Lifetime#DEFAULT}.
   *
   * @return another living owner of that name, and how many milliseconds it lives without another
   *     heartbeat; empty when the name was free; fails with {@link Lifetime#refused} when others
   *     have another lifetime
   */
  CompletionStage<Optional<Holder>> claim(String owner);

  /** Another owner whose node has the same name. */
  record Holder(String owner, long livesForMs) {}

  /**
   * Calls {@code hears} soon after others have come, gone or died, as far as that is heard of: some
   * of it is missed, and some told twice, so who must know sends heartbeats. Until the owner
   * leaves, or somebody else hears for it.
   *
   * @param hears from any thread; must not wait
   */
  void onChange(String owner, Runnable hears);

  /** Says that the owner will not come back for its jobs. */
  CompletionStage<Void> leave(String owner);

  CompletionStage<Set<String>> living();

  /**
   * How many milliseconds ago a living owner sent its last heartbeat; empty when it does not live.
   */
  CompletionStage<OptionalLong> silence(String owner);

  /**
   * Says where the owner is reached; every later heartbeat through this object says so again, and
   * nobody knows it any more when the owner is dead.
   *
   * @param address {@code host:port}
   */
  CompletionStage<Void> tell(String owner, String address);

  /** Where a living owner is reached; empty when it is dead, or has told nobody. */
  CompletionStage<Optional<String>> address(String owner);

  /**
   * Says what is to be known of the owner: the heartbeat behind one that was told of others says
   * it, and later ones when it has changed.
   *
   * @param record makes it, a text that is not empty
   */
  void describe(String owner, Supplier<String> record);

  /**
   * What owners have told that live; then all that died within {@link #REMEMBERED_MS}, in the order
   * of their death. A living one that has told nothing yet is left out.
   */
  CompletionStage<List<Described>> described();

  /**
   * An owner that has told of itself, or is dead.
   *
   * @param record what it told last; empty when it died before it told anything
   */
  record Described(String owner, String record, boolean lives) {}

  /** The name of the owner's node. */
  static String nameOf(String owner) {
    int end = owner.indexOf('#');
    return end < 0 ? owner : owner.substring(0, end);
  }
}

package io.mirrorneuron.store;

import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Port: which owners of jobs are alive. An owner without a heartbeat for {@link #LIFETIME_MS} is
 * dead; the store's clock decides, so the clocks of nodes need not agree.
 */
public interface NodeRegistry {
  long LIFETIME_MS = 15_000;

  /** Heartbeat: the owner is alive. */
  CompletionStage<Void> beat(String owner);

  /** Says that the owner will not come back for its jobs. */
  CompletionStage<Void> leave(String owner);

  CompletionStage<Set<String>> living();
}

package io.mirrorneuron.testing;

import io.mirrorneuron.store.LeaderLease;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/** Leaders as plain maps, by a clock that a test turns. */
public final class InMemoryLeaderLease implements LeaderLease {
  private record Held(String owner, long term, long until) {
    String name() {
      return term + ":" + until;
    }
  }

  private final Map<String, Held> leaders = new HashMap<>();
  private final LongSupplier clock;

  public InMemoryLeaderLease(LongSupplier clock) {
    this.clock = clock;
  }

  @Override
  public synchronized CompletionStage<Answer> take(
      String kind, String owner, long lastsMs, long term, String over) {
    long now = clock.getAsLong();
    Held held = leaders.getOrDefault(kind, new Held("", 0, 0));
    boolean lasts = held.until() > now;
    boolean isOwner = held.owner().equals(owner);
    if (lasts && !isOwner && !held.name().equals(over)) {
      return CompletableFuture.completedFuture(new Answer(NONE, held.name()));
    }
    long next = lasts && isOwner && held.term() == term ? term : held.term() + 1;
    leaders.put(kind, new Held(owner, next, now + lastsMs));
    return CompletableFuture.completedFuture(new Answer(next, ""));
  }

  @Override
  public synchronized CompletionStage<Void> leave(String kind, String owner, long term) {
    leaders.computeIfPresent(
        kind,
        (same, held) ->
            held.owner().equals(owner) && held.term() == term ? new Held(owner, term, 0) : held);
    return CompletableFuture.completedFuture(null);
  }
}

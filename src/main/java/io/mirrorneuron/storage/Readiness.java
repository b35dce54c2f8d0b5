package io.mirrorneuron.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Whether calls can be expected to work now. */
public interface Readiness {
  /** What calls need, each with its state. Never fails, and takes two seconds at most. */
  CompletionStage<List<Dependency>> dependencies();

  /**
   * A dependency of calls.
   *
   * @param name for example {@code redis}
   * @param reasons why it does not serve now, public, without addresses and paths; empty when it
   *     does
   */
  record Dependency(String name, List<String> reasons) {
    public Dependency {
      reasons = List.copyOf(reasons);
    }

    /** {@code ok}, or why not. */
    public String state() {
      return reasons.isEmpty() ? "ok" : String.join("; ", reasons);
    }
  }

  /** Why calls cannot be expected to work; none when they can. */
  default CompletionStage<List<String>> reasons() {
    return dependencies()
        .thenApply(all -> all.stream().flatMap(each -> each.reasons().stream()).toList());
  }

  /** Both have to be ready. */
  default Readiness and(Readiness other) {
    return () ->
        dependencies()
            .thenCombine(
                other.dependencies(),
                (ours, theirs) -> {
                  List<Dependency> all = new ArrayList<>(ours);
                  all.addAll(theirs);
                  return List.copyOf(all);
                });
  }
}

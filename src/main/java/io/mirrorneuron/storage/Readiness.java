package io.mirrorneuron.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Whether calls can be expected to work now. */
public interface Readiness {
  /** For everybody, in words: why not; none when they can. Never fails. */
  CompletionStage<List<String>> reasons();

  /** Both have to be ready. */
  default Readiness and(Readiness other) {
    return () ->
        reasons()
            .thenCombine(
                other.reasons(),
                (ours, theirs) -> {
                  List<String> all = new ArrayList<>(ours);
                  all.addAll(theirs);
                  return List.copyOf(all);
                });
  }
}

package io.mirrorneuron.launch;

import io.mirrorneuron.model.MnException;
import java.util.concurrent.CompletableFuture;

/**
 * A launch that goes on.
 *
 * @param found completes when its bundle is known
 * @param done completes when there is a job
 */
public record LaunchTicket(CompletableFuture<Launched> found, CompletableFuture<Launched> done) {

  static LaunchTicket open() {
    return new LaunchTicket(new CompletableFuture<>(), new CompletableFuture<>());
  }

  void fail(MnException failure) {
    found.completeExceptionally(failure);
    done.completeExceptionally(failure);
  }
}

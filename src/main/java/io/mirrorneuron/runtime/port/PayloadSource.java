package io.mirrorneuron.runtime.port;

import java.nio.file.Path;
import java.util.Optional;

/** Port: fetches payload files to this node, on the calling thread. */
@FunctionalInterface
public interface PayloadSource {
  /** For files that are always on this node. */
  PayloadSource HERE = payloads -> Optional.empty();

  /**
   * Fetches the files unless they are here. Blocking.
   *
   * @param payloads the folder of an {@link Execution}
   * @return why they cannot be fetched now, as a sentence for people; empty when they are here
   */
  Optional<String> fetch(Path payloads);
}

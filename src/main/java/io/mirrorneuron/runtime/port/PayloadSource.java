package io.mirrorneuron.runtime.port;

import java.nio.file.Path;
import java.util.Optional;

/** Port: brings payload files to this node, on the thread that asks. */
@FunctionalInterface
public interface PayloadSource {
  /** Of files that are where they are said to be. */
  PayloadSource HERE = payloads -> Optional.empty();

  /**
   * Brings the files unless they are here. May block.
   *
   * @param payloads the folder of an {@link Execution}
   * @return why they cannot be had now, as a sentence for people; empty when they are here
   */
  Optional<String> fetch(Path payloads);
}

package io.mirrorneuron.runtime.exec.spawn;

import java.io.IOException;

/** What a program, and all that it ever starts, is kept within. */
@FunctionalInterface
public interface Domain {
  /** Nothing is kept from the program. */
  Domain NONE =
      () -> {
        throw new UnsupportedOperationException("there is no ruleset");
      };

  /**
   * Makes a ruleset of the kernel as things are now.
   *
   * @return a descriptor, for the caller to close
   * @throws IOException when the kernel refuses
   */
  int ruleset() throws IOException;
}

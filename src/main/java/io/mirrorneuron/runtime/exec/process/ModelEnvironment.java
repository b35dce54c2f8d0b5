package io.mirrorneuron.runtime.exec.process;

import java.util.Map;

/** Variables about language models for programs. */
@FunctionalInterface
public interface ModelEnvironment {
  /** No effect. */
  ModelEnvironment NONE = _ -> Map.of();

  /**
   * Additional variables of a program.
   *
   * @param present its other variables
   */
  Map<String, String> besides(Map<String, String> present);
}

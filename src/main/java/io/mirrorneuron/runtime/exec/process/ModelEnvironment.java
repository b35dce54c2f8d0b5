package io.mirrorneuron.runtime.exec.process;

import java.util.Map;

/** What programs are told of language models. */
@FunctionalInterface
public interface ModelEnvironment {
  /** No effect. */
  ModelEnvironment NONE = _ -> Map.of();

  /**
   * Variables that a program is to get besides.
   *
   * @param present those that it gets anyway
   */
  Map<String, String> besides(Map<String, String> present);
}

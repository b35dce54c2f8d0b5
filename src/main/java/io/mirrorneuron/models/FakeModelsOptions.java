package io.mirrorneuron.models;

import java.time.Duration;
import java.util.Map;

/**
 * How a fake model runner behaves while nothing is wrong.
 *
 * @param host address to bind
 * @param port 0 for any free one
 * @param models bytes of each model that can be pulled, by its name such as {@code ai/smollm2}
 * @param installed whether all of them are there from the start
 * @param others further ones that can be pulled, and are not there from the start
 * @param firstToken how long the first token of an answer takes
 * @param token how long each further token takes
 * @param bytesPerSecond how fast models are pulled; 0 for at once
 */
public record FakeModelsOptions(
    String host,
    int port,
    Map<String, Long> models,
    boolean installed,
    Map<String, Long> others,
    Duration firstToken,
    Duration token,
    long bytesPerSecond) {

  public FakeModelsOptions {
    models = Map.copyOf(models);
    others = Map.copyOf(others);
  }
}

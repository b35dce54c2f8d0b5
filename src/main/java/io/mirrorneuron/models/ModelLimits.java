package io.mirrorneuron.models;

import java.time.Duration;

/**
 * How long others may take.
 *
 * @param answer of {@code GET /models}
 * @param pull of a model
 * @param chat of a benchmark
 */
public record ModelLimits(Duration answer, Bounds pull, Bounds chat) {
  public static final ModelLimits STANDARD =
      new ModelLimits(
          Duration.ofSeconds(2),
          new Bounds(Duration.ofSeconds(1200), Duration.ofSeconds(180), 64 << 10, 256 << 20),
          new Bounds(Duration.ofSeconds(180), Duration.ofSeconds(180), 256 << 10, 8 << 20));
}

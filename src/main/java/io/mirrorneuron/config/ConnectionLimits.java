package io.mirrorneuron.config;

import java.time.Duration;

/**
 * Limits of connections, for each port.
 *
 * @param max connections that are open at a time
 * @param headTimeout longest time in which the head of a request comes whole
 */
public record ConnectionLimits(int max, Duration headTimeout) {

  static ConnectionLimits read(Settings settings) {
    return new ConnectionLimits(
        (int) settings.number("connections.max", 1, 1_000_000),
        Duration.ofSeconds(settings.number("connections.head_timeout_seconds", 1, 3600)));
  }
}

package io.mirrorneuron.runtime.service;

/**
 * What one check found.
 *
 * @param message for people; null when all is well
 */
public record ProbeResult(boolean ok, String message, long durationMs) {
  static ProbeResult well() {
    return new ProbeResult(true, null, 0);
  }

  static ProbeResult failed(String message) {
    return new ProbeResult(false, message, 0);
  }

  ProbeResult after(long ms) {
    return new ProbeResult(ok, message, ms);
  }
}

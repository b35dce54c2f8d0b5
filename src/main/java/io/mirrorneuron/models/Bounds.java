package io.mirrorneuron.models;

import java.time.Duration;

/**
 * What an answer may take.
 *
 * @param total from the request to the last byte
 * @param silence without a byte
 * @param lineBytes of one line
 * @param bytes of the whole
 */
public record Bounds(Duration total, Duration silence, int lineBytes, long bytes) {

  /** The same in less time. */
  public Bounds within(Duration time) {
    return new Bounds(time, silence.compareTo(time) < 0 ? silence : time, lineBytes, bytes);
  }
}

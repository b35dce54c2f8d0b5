package io.mirrorneuron.runtime.service;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How a service is, from good to bad. */
public enum ServiceStatus {
  PASSING,
  /** Not known yet, or something that is not required fails. */
  WARNING,
  CRITICAL;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static List<String> words() {
    return Stream.of(values()).map(ServiceStatus::word).toList();
  }

  ServiceStatus orWorse(ServiceStatus other) {
    return compareTo(other) >= 0 ? this : other;
  }
}

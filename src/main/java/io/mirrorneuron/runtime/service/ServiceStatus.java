package io.mirrorneuron.runtime.service;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Status of a service, from good to bad. */
public enum ServiceStatus {
  PASSING,
  /** Not known yet, or an optional check fails. */
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

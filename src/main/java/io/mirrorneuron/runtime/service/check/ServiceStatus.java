package io.mirrorneuron.runtime.service.check;

import java.util.Locale;

/** How a service is, from good to bad. */
public enum ServiceStatus {
  PASSING,
  /** Not known yet, or something that is not required fails. */
  WARNING,
  CRITICAL;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  ServiceStatus orWorse(ServiceStatus other) {
    return compareTo(other) >= 0 ? this : other;
  }
}

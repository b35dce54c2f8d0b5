package io.mirrorneuron.models;

import java.util.Locale;

/** Faults that a fake model runner can inject, one for each {@link Door}. */
public enum FakeFault {
  NONE,
  /** The first piece of an answer comes after three seconds. */
  SLOW,
  /** Half of an answer comes, then nothing, and the connection stays open. */
  STALL,
  /** Half of an answer comes, then the connection is closed. */
  CUT,
  /** A page for people, status 200. */
  HTML,
  /** Status 500, with a sentence. */
  ERROR,
  /** Status 401, with the header by which the caller introduced itself. */
  UNAUTHORIZED,
  /** Each byte on its own, so that characters of several bytes come in parts. */
  SPLIT,
  /** One line of ten megabytes in the middle. */
  HUGE,
  /** Status 302, to a place that answers well. */
  REDIRECT;

  /** What a fault is of. */
  public enum Door {
    LIST,
    PULL,
    CHAT
  }

  /** As it is written on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}

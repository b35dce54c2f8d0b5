package io.mirrorneuron.runtime.service;

/** An address is not asked; the message says why, for people. */
public final class NotAsked extends Exception {
  private static final long serialVersionUID = 1L;

  NotAsked(String why) {
    super(why, null, false, false);
  }
}

package io.mirrorneuron.api;

/** What was given cannot be sent or written: an address that is none, a folder without a manifest, a file in no folder. */
public final class BadArgumentException extends MirrorNeuronException {
  private static final long serialVersionUID = 1L;

  BadArgumentException(String message, Throwable cause) {
    super(message, cause);
  }
}

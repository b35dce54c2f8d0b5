package io.mirrorneuron.security;

import io.vertx.core.Future;

/** Where keys come from. */
interface KeySource {

  /** The current keys; empty as long as none could be fetched. Does not block. */
  KeySet current();

  /**
   * The keys after another fetch, for tokens whose key is not among the current ones.
   *
   * @return completes on the context of the caller; fails with MnException UNAVAILABLE when the
   *     fetch failed
   */
  Future<KeySet> renewed();

  /** Keys that never change. */
  static KeySource fixed(KeySet keys) {
    return new KeySource() {
      @Override
      public KeySet current() {
        return keys;
      }

      @Override
      public Future<KeySet> renewed() {
        return Future.succeededFuture(keys);
      }
    };
  }
}

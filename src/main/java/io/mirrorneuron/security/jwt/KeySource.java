package io.mirrorneuron.security.jwt;

import io.vertx.core.Future;

/** Where keys come from. */
interface KeySource {

  /** The ones that count now; has none where none could be had yet. Does not block. */
  KeySet current();

  /**
   * The ones that count after another look, for tokens whose key is not among the current ones.
   *
   * @return completes on the context of the caller; fails with MnException UNAVAILABLE when looking
   *     was in vain
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

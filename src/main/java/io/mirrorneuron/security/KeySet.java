package io.mirrorneuron.security;

import io.mirrorneuron.model.MnException;
import java.util.List;

/**
 * The keys that count at a time, and the tokens that were verified with them: when keys change, all
 * tokens are verified again.
 */
final class KeySet {
  private final List<VerifyingKey> keys;
  private final VerifiedTokens verified = new VerifiedTokens();

  KeySet(List<VerifyingKey> keys) {
    this.keys = List.copyOf(keys);
  }

  VerifiedTokens verified() {
    return verified;
  }

  /**
   * The key that the token names; a key without a name stands for any. A token need not name one
   * where only one can be meant.
   *
   * @return null when there is none
   * @throws MnException UNAUTHENTICATED when the token leaves open which one is meant
   */
  VerifyingKey keyOf(Token token) {
    List<VerifyingKey> fitting =
        keys.stream().filter(key -> key.algorithm() == token.algorithm()).toList();
    if (token.keyId() != null) {
      for (VerifyingKey key : fitting) {
        if (token.keyId().equals(key.id())) {
          return key;
        }
      }
      fitting = fitting.stream().filter(key -> key.id() == null).toList();
    }
    if (fitting.size() > 1) {
      throw Auth.unauthenticated("the token must name its key (kid): several fit");
    }
    return fitting.isEmpty() ? null : fitting.getFirst();
  }
}

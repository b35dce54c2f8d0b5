package io.mirrorneuron.runtime.webhook;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.NewHook;
import io.mirrorneuron.runtime.schedule.event.GivenLimits;
import io.mirrorneuron.security.StandardWebhooks;
import java.util.Locale;
import java.util.Objects;

/** What an address must be like to be made. Pure. */
final class HookRules {
  private static final String USUAL_TYPE = "webhook_received";
  private static final int LONGEST_NAME = 100;
  private static final int SHORTEST_SECRET = 16;
  private static final int LONGEST_SECRET = 255;

  private HookRules() {}

  /**
   * How its senders sign.
   *
   * @throws MnException INVALID
   */
  static HookSignature checked(NewHook wanted) {
    if (wanted.name() == null || wanted.name().isBlank()) {
      throw MnException.invalid("name is required");
    }
    require("name", wanted.name());
    if (wanted.name().length() > LONGEST_NAME) {
      throw MnException.invalid("name must have at most %d characters".formatted(LONGEST_NAME));
    }
    require("event_type", eventType(wanted));
    HookSignature signature = signature(wanted.signature());
    if (wanted.secret() != null) {
      requireSecret(signature, wanted.secret());
    }
    return signature;
  }

  static String eventType(NewHook wanted) {
    return Objects.requireNonNullElse(wanted.eventType(), USUAL_TYPE);
  }

  private static void require(String name, String word) {
    String fault = GivenLimits.wordFault(word);
    if (fault != null) {
      throw MnException.invalid(name + " " + fault);
    }
  }

  private static HookSignature signature(String word) {
    try {
      return HookSignature.valueOf(
          Objects.requireNonNullElse(word, "generic").toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw MnException.invalid("signature must be generic, github, stripe or none");
    }
  }

  /**
   * @throws MnException INVALID when nobody could sign with it
   */
  static void requireSecret(HookSignature signature, String secret) {
    if (signature == HookSignature.NONE) {
      throw MnException.invalid("secret means nothing without a signature");
    }
    if (secret == null || secret.length() < SHORTEST_SECRET || secret.length() > LONGEST_SECRET) {
      throw MnException.invalid(
          "secret must have %d to %d characters".formatted(SHORTEST_SECRET, LONGEST_SECRET));
    }
    if (signature == HookSignature.GENERIC && !StandardWebhooks.isSecret(secret)) {
      throw MnException.invalid("secret must be whsec_ and base64, or text that does not begin so");
    }
  }
}

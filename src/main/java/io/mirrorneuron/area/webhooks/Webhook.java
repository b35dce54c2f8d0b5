package io.mirrorneuron.area.webhooks;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Locale;

/**
 * An address at which others tell what happened, as it is stored.
 *
 * @param eventType of the events that come of it
 * @param secret with which senders sign; null where they do not
 * @param tokenHash of the end of the address, which itself is stored nowhere
 */
record Webhook(
    String webhookId,
    String name,
    String eventType,
    HookSignature signature,
    String secret,
    String tokenHash,
    String createdAt,
    String updatedAt) {

  Webhook with(String newSecret, String newTokenHash, String now) {
    return new Webhook(
        webhookId, name, eventType, signature, newSecret, newTokenHash, createdAt, now);
  }

  /**
   * As it is told.
   *
   * @param path below the API; null but for who made it
   * @param secret the same
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record View(
      String webhookId,
      String name,
      String direction,
      String eventType,
      String signature,
      String createdAt,
      String updatedAt,
      String token,
      String path,
      String secret) {}

  View shown() {
    return shownOnce(null, null);
  }

  /** With what is shown only now. */
  View shownOnce(String token, String shownSecret) {
    return new View(
        webhookId,
        name,
        "inbound",
        eventType,
        signature.name().toLowerCase(Locale.ROOT),
        createdAt,
        updatedAt,
        token,
        token == null ? null : "/api/v1/hooks/" + token,
        shownSecret);
  }
}

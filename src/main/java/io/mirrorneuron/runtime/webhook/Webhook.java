package io.mirrorneuron.runtime.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.schedule.InboundWebhook;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * An address at which others tell what happened, as it is stored.
 *
 * @param eventType of the events that come of it
 * @param secret with which senders sign; null where they do not
 * @param tokenHash of the end of the address, which itself is stored nowhere
 * @param previous what was before the last change; null when there was none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Webhook(
    String webhookId,
    String name,
    String eventType,
    HookSignature signature,
    String secret,
    String tokenHash,
    String createdAt,
    String updatedAt,
    Previous previous) {

  /**
   * What is accepted beside the present secret and address.
   *
   * @param until not from then on, in milliseconds since the epoch
   */
  record Previous(String secret, String tokenHash, long until) {
    boolean isValid(Instant now) {
      return now.toEpochMilli() < until;
    }
  }

  /**
   * The same after a change.
   *
   * @param until when what is now is not accepted any more; not after {@code now} for at once
   */
  Webhook with(String newSecret, String newTokenHash, Instant now, Instant until) {
    return new Webhook(
        webhookId,
        name,
        eventType,
        signature,
        newSecret,
        newTokenHash,
        createdAt,
        Json.timestamp(now),
        until.isAfter(now) ? new Previous(secret, tokenHash, until.toEpochMilli()) : null);
  }

  private boolean hasPrevious(Instant now) {
    return previous != null && previous.isValid(now);
  }

  boolean opens(String hash, Instant now) {
    return tokenHash.equals(hash) || hasPrevious(now) && previous.tokenHash.equals(hash);
  }

  /** Those with which senders may sign now, the newest first. */
  List<String> secrets(Instant now) {
    List<String> all = new ArrayList<>();
    all.add(secret); // null where senders do not sign
    if (hasPrevious(now) && !Objects.equals(previous.secret, secret)) {
      all.add(previous.secret);
    }
    return all;
  }

  /** All addresses under which it can be found, also those that open nothing any more. */
  Stream<String> tokenHashes() {
    return Stream.concat(Stream.of(tokenHash), Stream.ofNullable(previous).map(Previous::tokenHash))
        .distinct();
  }

  InboundWebhook shown(Instant now) {
    return shownOnce(now, null, null);
  }

  /** With what is shown only now. */
  InboundWebhook shownOnce(Instant now, String token, String shownSecret) {
    return new InboundWebhook(
        webhookId,
        name,
        "inbound",
        eventType,
        signature.name().toLowerCase(Locale.ROOT),
        hasPrevious(now) ? Json.timestamp(Instant.ofEpochMilli(previous.until)) : null,
        createdAt,
        updatedAt,
        token,
        token == null ? null : "/api/v1/hooks/" + token,
        shownSecret);
  }
}

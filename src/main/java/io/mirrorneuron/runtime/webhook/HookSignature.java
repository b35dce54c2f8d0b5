package io.mirrorneuron.runtime.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.Sha256;
import io.mirrorneuron.port.schedule.InboundWebhooks.HookDelivery;
import io.mirrorneuron.security.StandardWebhooks;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;

/** How senders prove that they know the secret of a webhook. Pure. */
enum HookSignature {
  /** No signature: knowledge of the address is enough. */
  NONE {
    @Override
    String proved(String secret, HookDelivery delivery, Instant now) {
      return delivery.header("Idempotency-Key");
    }
  },

  /** The "Standard Webhooks" specification. */
  GENERIC {
    @Override
    String proved(String secret, HookDelivery delivery, Instant now) {
      String id = required(delivery, "webhook-id");
      String time = required(delivery, "webhook-timestamp");
      checkTime(time, now);
      checkAny(
          Arrays.stream(required(delivery, "webhook-signature").split(" ")),
          StandardWebhooks.sign(secret, id, time, delivery.body()));
      return id;
    }
  },

  /** GitHub's signature; it has no time, so the same content counts once. */
  GITHUB {
    @Override
    String proved(String secret, HookDelivery delivery, Instant now) {
      String expected =
          HexFormat.of().formatHex(StandardWebhooks.hmac(secret.getBytes(UTF_8), delivery.body()));
      checkAny(Stream.of(required(delivery, "X-Hub-Signature-256")), "sha256=" + expected);
      return digest(delivery.body());
    }
  },

  /** Stripe's signature; retries have new times, so the same content counts once. */
  STRIPE {
    @Override
    String proved(String secret, HookDelivery delivery, Instant now) {
      String[] parts = required(delivery, "Stripe-Signature").split(",");
      String time =
          Arrays.stream(parts)
              .filter(part -> part.startsWith("t="))
              .findFirst()
              .map(part -> part.substring(2))
              .orElse("");
      checkTime(time, now);
      byte[] expected =
          StandardWebhooks.hmac(
              secret.getBytes(UTF_8), (time + ".").getBytes(UTF_8), delivery.body());
      checkAny(
          Arrays.stream(parts)
              .filter(part -> part.startsWith("v1="))
              .map(part -> part.substring(3)),
          HexFormat.of().formatHex(expected));
      return digest(delivery.body());
    }
  };

  private static final Duration WINDOW = Duration.ofMinutes(5);

  /**
   * The id of the delivery, which repeats share; null for none.
   *
   * @throws MnException FORBIDDEN when the signature proves nothing
   */
  abstract String proved(String secret, HookDelivery delivery, Instant now);

  private static String required(HookDelivery delivery, String header) {
    String value = delivery.header(header);
    if (value == null || value.isBlank()) {
      throw refused("the header " + header + " is missing");
    }
    return value;
  }

  private static void checkTime(String seconds, Instant now) {
    boolean isNumber = seconds.matches("[0-9]{1,12}");
    if (!isNumber
        || Duration.between(Instant.ofEpochSecond(Long.parseLong(seconds)), now)
                .abs()
                .compareTo(WINDOW)
            > 0) {
      throw refused("the time of the signature is not within five minutes of now");
    }
  }

  private static void checkAny(Stream<String> signatures, String expected) {
    byte[] right = expected.getBytes(UTF_8);
    if (signatures.noneMatch(one -> MessageDigest.isEqual(one.getBytes(UTF_8), right))) {
      throw refused("the signature does not fit the content");
    }
  }

  private static MnException refused(String why) {
    return new MnException(ErrorCode.FORBIDDEN, "invalid_signature", why);
  }

  static String digest(byte[] content) {
    return new Sha256().add(content).hex();
  }
}

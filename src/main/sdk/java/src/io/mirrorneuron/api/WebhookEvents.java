package io.mirrorneuron.api;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mirrorneuron.api.model.TriggerEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** For who is told by the webhooks of a server: is it from that server, and what happened? */
public final class WebhookEvents {
  private static final long TOLERANCE_SECONDS = 300;
  private static final String MADE = "whsec_";
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private WebhookEvents() {}

  /**
   * The event in a request to the target of a webhook. It may come twice: take each {@code eventId}
   * once.
   *
   * @param secret of the webhook
   * @param header the value of a header of the request by its name, for example {@code
   *     request::getHeader}; null where there is none
   * @param body of the request, as it came
   * @return what happened
   * @throws NotVerifiedException for what the server did not send, and for what is older than five
   *     minutes: answer that with 403
   * @throws BadArgumentException for what can be no secret
   */
  public static TriggerEvent verified(String secret, UnaryOperator<String> header, byte[] body) {
    String time = header.apply("webhook-timestamp");
    if (time == null || !time.matches("\\d{1,18}") || isFar(Long.parseLong(time))) {
      throw new NotVerifiedException(
          "the webhook-timestamp is missing, or more than five minutes away from the time here");
    }
    String before = header.apply("webhook-id") + "." + time + ".";
    byte[] expected = signature(secret, before.getBytes(StandardCharsets.UTF_8), body);
    String offered = header.apply("webhook-signature");
    boolean same = false;
    for (String one : (offered == null ? "" : offered).split(" ")) {
      same |= MessageDigest.isEqual(expected, one.getBytes(StandardCharsets.UTF_8));
    }
    if (!same) {
      throw new NotVerifiedException("no webhook-signature is one of this body with this secret");
    }
    try {
      return JSON.readValue(body, TriggerEvent.class);
    } catch (IOException none) {
      throw new NotVerifiedException("the body is no event: " + none.getMessage());
    }
  }

  private static boolean isFar(long time) {
    return Math.abs(Instant.now().getEpochSecond() - time) > TOLERANCE_SECONDS;
  }

  private static byte[] signature(String secret, byte[] before, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key(secret));
      mac.update(before);
      String made = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
      return made.getBytes(StandardCharsets.UTF_8);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static SecretKeySpec key(String secret) {
    try {
      byte[] key =
          secret.startsWith(MADE)
              ? Base64.getDecoder().decode(secret.substring(MADE.length()))
              : secret.getBytes(StandardCharsets.UTF_8);
      return new SecretKeySpec(key, "HmacSHA256");
    } catch (IllegalArgumentException none) {
      throw new BadArgumentException("the secret is empty, or no base64 behind whsec_", none);
    }
  }
}

package io.mirrorneuron.runtime.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.InboundWebhooks.HookDelivery;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signatures that were made elsewhere, whole and damaged, in time and too late. */
class HookSignatureTest {
  /** From the description of Standard Webhooks. */
  private static final String GENERIC_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  private static final String GENERIC_BODY = "{\"test\": 2432232314}";
  private static final long GENERIC_TIME = 1614265330;
  private static final Map<String, String> GENERIC =
      Map.of(
          "webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek",
          "webhook-timestamp", Long.toString(GENERIC_TIME),
          "webhook-signature", "v1,old v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

  /** From GitHub's description of its webhooks. */
  private static final String GITHUB =
      "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

  private static HookDelivery delivery(String body, Map<String, String> headers) {
    return new HookDelivery(body.getBytes(UTF_8), headers);
  }

  private static String proved(HookSignature how, String secret, HookDelivery delivery, long now) {
    return how.proved(secret, delivery, Instant.ofEpochSecond(now));
  }

  @Test
  void aGenericSignatureIsThatOfStandardWebhooks() {
    HookDelivery whole = delivery(GENERIC_BODY, GENERIC);
    assertThat(proved(HookSignature.GENERIC, GENERIC_SECRET, whole, GENERIC_TIME))
        .isEqualTo("msg_p5jXN8AQM9LWM0D4loKWxJek");
    HookDelivery damaged = delivery(GENERIC_BODY + " ", GENERIC);
    assertRefused(
        () -> proved(HookSignature.GENERIC, GENERIC_SECRET, damaged, GENERIC_TIME),
        "the signature does not fit the content");
  }

  @ParameterizedTest
  @ValueSource(longs = {-301, 301, -100_000, 100_000})
  void whatIsOlderOrNewerThanFiveMinutesIsRefused(long seconds) {
    HookDelivery whole = delivery(GENERIC_BODY, GENERIC);
    assertRefused(
        () -> proved(HookSignature.GENERIC, GENERIC_SECRET, whole, GENERIC_TIME + seconds),
        "the time of the signature is not within five minutes of now");
    assertThat(proved(HookSignature.GENERIC, GENERIC_SECRET, whole, GENERIC_TIME + 300))
        .isNotNull();
  }

  @Test
  void githubSignsTheBody() {
    Map<String, String> headers = Map.of("X-Hub-Signature-256", GITHUB);
    String secret = "It's a Secret to Everybody";
    HookDelivery whole = delivery("Hello, World!", headers);
    assertThat(proved(HookSignature.GITHUB, secret, whole, 0))
        .isEqualTo(proved(HookSignature.GITHUB, secret, whole, 99));
    assertRefused(
        () -> proved(HookSignature.GITHUB, secret, delivery("Hello, World?", headers), 0),
        "the signature does not fit the content");
    assertRefused(
        () -> proved(HookSignature.GITHUB, secret, delivery("Hello, World!", Map.of()), 0),
        "the header X-Hub-Signature-256 is missing");
  }

  @Test
  void stripeSignsTimeAndBody() {
    // printf '1000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test_secret
    String right = "e8ad4e43b191854f0e8778f52f5b179242beeaed6194bb3701b22cf903ce9c06";
    Map<String, String> headers = Map.of("Stripe-Signature", "t=1000,v1=00,v1=" + right + ",v0=1");
    HookDelivery whole = delivery("{\"id\":\"evt_1\"}", headers);
    assertThat(proved(HookSignature.STRIPE, "whsec_test_secret", whole, 1000)).isNotNull();
    assertRefused(
        () -> proved(HookSignature.STRIPE, "whsec_test_secret", whole, 1301),
        "the time of the signature is not within five minutes of now");
    assertRefused(
        () -> proved(HookSignature.STRIPE, "whsec_other_secret", whole, 1000),
        "the signature does not fit the content");
    assertRefused(
        () ->
            proved(
                HookSignature.STRIPE,
                "whsec_test_secret",
                delivery("{}", Map.of("Stripe-Signature", "v1=" + right)),
                1000),
        "the time of the signature is not within five minutes of now");
  }

  private static void assertRefused(Runnable call, String why) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            MnException.class, refused -> assertThat(refused.code()).isEqualTo(ErrorCode.FORBIDDEN))
        .hasMessage(why);
  }
}

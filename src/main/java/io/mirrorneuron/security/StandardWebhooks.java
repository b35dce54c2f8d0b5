package io.mirrorneuron.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** How webhooks are signed by the specification "Standard Webhooks", sent and received. Pure. */
public final class StandardWebhooks {
  /** What signatures of this kind begin with. */
  public static final String VERSION = "v1,";

  private static final String SECRET_PREFIX = "whsec_";
  private static final int SECRET_BYTES = 32;

  private StandardWebhooks() {}

  public static String secret(SecureRandom random) {
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    return SECRET_PREFIX + Base64.getEncoder().encodeToString(bytes);
  }

  /**
   * Whether a text that somebody chose can be one: {@code whsec_} and base64 of the key, or any
   * other text, which is the key as it is.
   */
  public static boolean isSecret(String text) {
    try {
      return !text.startsWith(SECRET_PREFIX)
          || Base64.getDecoder().decode(text.substring(SECRET_PREFIX.length())).length > 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * @param id of what is sent
   * @param seconds since 1970 at which it is signed
   */
  public static String sign(String secret, String id, String seconds, byte[] body) {
    byte[] head = (id + "." + seconds + ".").getBytes(UTF_8);
    return VERSION + Base64.getEncoder().encodeToString(hmac(key(secret), head, body));
  }

  private static byte[] key(String secret) {
    if (!secret.startsWith(SECRET_PREFIX)) {
      return secret.getBytes(UTF_8);
    }
    try {
      return Base64.getDecoder().decode(secret.substring(SECRET_PREFIX.length()));
    } catch (IllegalArgumentException e) {
      return secret.getBytes(UTF_8);
    }
  }

  /** The HMAC-SHA256 of parts, one after the other. */
  public static byte[] hmac(byte[] key, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      for (byte[] part : parts) {
        content.writeBytes(part);
      }
      return mac.doFinal(content.toByteArray());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("each Java has HMAC with SHA-256", e);
    }
  }
}

package io.mirrorneuron.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretVariablesTest {
  @ParameterizedTest
  @CsvSource({
    "MN_API_TOKEN, t, true",
    "MN_GRPC_ADMIN_TOKEN, t, true",
    "MN_AUTH_JWT_HMAC_SECRET, t, true",
    "MN_AUTH_JWT_KEY_FILE, /keys, true",
    "MN_REDIS_URL, redis://other, true",
    "REDISCLI_AUTH, t, true",
    "OPENAI_API_KEY, t, true",
    "AWS_SECRET_ACCESS_KEY, t, true",
    "http_proxy, http://ada:word@proxy:3128, true",
    "http_proxy, http://proxy:3128, false",
    "PATH, /usr/bin:/bin, false",
    "MN_HOME, /home/ada/.mn, false",
    "XKB_DEFAULT_KEYBOARD, de, false",
    "LANG, C.UTF-8, false",
  })
  void namesAndAddressesTell(String name, String value, boolean secret) {
    assertThat(SecretVariables.isSecret(name, value)).isEqualTo(secret);
  }
}

package io.mirrorneuron.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.grpc.Access.DelegatedUser;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.wire.GrpcMetadata;
import io.vertx.core.MultiMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DelegatedUserTest {
  private static final Principal GATEWAY = Principal.unnamed(Role.ADMIN);

  private static MultiMap saying(String value) {
    return MultiMap.caseInsensitiveMultiMap().set(GrpcMetadata.ON_BEHALF_OF, value);
  }

  @Test
  void whoNamesNobodyCallsAsTheyAre() {
    assertThat(DelegatedUser.of(MultiMap.caseInsensitiveMultiMap(), GATEWAY)).isSameAs(GATEWAY);
  }

  /** Both forms of Base64 are allowed in gRPC. */
  @ParameterizedTest
  @CsvSource({"YW5uYQ==", "YW5uYQ"})
  void aNameIsReadWithAndWithoutPadding(String value) {
    assertThat(DelegatedUser.of(saying(value), GATEWAY))
        .isEqualTo(new Principal("anna", Role.ADMIN, null));
  }

  /** Not Base64, two values in one, not UTF-8, nothing, only blanks. */
  @ParameterizedTest
  @CsvSource({"anna!", "'YW5uYQ,Ym9i'", "/////w", "''", "ICAg"})
  void whatNamesNobodyIsRefused(String value) {
    assertThatThrownBy(() -> DelegatedUser.of(saying(value), GATEWAY))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED))
        .hasMessageContaining("metadata mn-on-behalf-of-bin must");
  }
}

package io.mirrorneuron.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * Whose tokens are accepted beside the static one, and what is made of them.
 *
 * @param algorithms by which they may be signed; empty when none is accepted
 * @param keyFile what signatures are checked with, or null when {@code jwksUrl} has it
 * @param jwksRefresh between two looks at that address
 * @param leeway how far the clocks of issuer and server may differ
 * @param roleClaim the name of a claim, or names with dots between
 * @param roleNames roles by the issuer's words for them; empty when the words are ours
 * @param subjectClaim as {@code roleClaim}
 */
public record JwtSettings(
    Set<JwtAlgorithm> algorithms,
    Path keyFile,
    URI jwksUrl,
    Duration jwksRefresh,
    String issuer,
    String audience,
    Duration leeway,
    String roleClaim,
    Map<String, String> roleNames,
    String subjectClaim) {

  public JwtSettings {
    algorithms = Set.copyOf(algorithms);
    roleNames = Map.copyOf(roleNames);
  }

  /** Whether any token of an issuer is accepted. */
  public boolean isOn() {
    return !algorithms.isEmpty();
  }
}

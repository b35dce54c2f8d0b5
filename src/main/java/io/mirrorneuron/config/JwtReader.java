package io.mirrorneuron.config;

import static java.util.stream.Collectors.joining;

import io.mirrorneuron.config.JwtAlgorithm.Family;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads {@code auth.jwt}; a section that contradicts itself, or is set in vain, is a problem. */
final class JwtReader {
  private static final String GROUP = "auth.jwt.";
  private static final String ALGORITHMS = GROUP + "algorithms";
  private static final String KEY_FILE = GROUP + "key_file";
  private static final String JWKS_URL = GROUP + "jwks_url";
  private static final String ROLE_NAMES = GROUP + "role_names";
  private static final Set<String> ROLES = Set.of("viewer", "operator", "admin");

  private final Settings settings;

  JwtReader(Settings settings) {
    this.settings = settings;
  }

  /**
   * @param keyFile as the settings name it, or null
   */
  JwtSettings read(Path keyFile) {
    Set<JwtAlgorithm> algorithms = algorithms();
    JwtSettings jwt =
        new JwtSettings(
            algorithms,
            keyFile,
            jwksUrl(),
            Duration.ofSeconds(settings.number(GROUP + "jwks_refresh_seconds", 30, 86_400)),
            settings.text(GROUP + "issuer"),
            settings.text(GROUP + "audience"),
            Duration.ofSeconds(settings.number(GROUP + "leeway_seconds", 0, 300)),
            claim("role_claim"),
            roleNames(),
            claim("subject_claim"));
    if (!settings.list(ALGORITHMS).isEmpty()) {
      mustBeWhole(jwt);
    } else {
      mustNotBeInVain();
    }
    return jwt;
  }

  private Set<JwtAlgorithm> algorithms() {
    List<String> known = Arrays.stream(JwtAlgorithm.values()).map(Enum::name).toList();
    List<String> named = settings.list(ALGORITHMS);
    settings.requireText(
        ALGORITHMS, known.containsAll(named), "a list of some of " + String.join(", ", known));
    return named.stream()
        .filter(known::contains)
        .map(JwtAlgorithm::valueOf)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(JwtAlgorithm.class)));
  }

  private void mustBeWhole(JwtSettings jwt) {
    for (String key : List.of("issuer", "audience")) {
      if (settings.text(GROUP + key).isEmpty()) {
        settings.problem(needed(GROUP + key) + ": tokens for others would be accepted without it");
      }
    }
    boolean file = jwt.keyFile() != null;
    boolean address = !settings.text(JWKS_URL).isEmpty();
    if (file == address) {
      settings.problem(
          file
              ? KEY_FILE + " and " + JWKS_URL + " are both set: keep the one that the keys are in"
              : ALGORITHMS + " needs keys: set " + named(KEY_FILE) + " or " + named(JWKS_URL));
    }
    Set<Family> families =
        jwt.algorithms().stream().map(JwtAlgorithm::family).collect(Collectors.toSet());
    if (families.contains(Family.SECRET) && families.size() > 1) {
      settings.problem(
          ALGORITHMS
              + " mixes HS with RS, PS or ES: what is public in one would be the secret of the"
              + " other; keep one kind");
    }
    if (families.contains(Family.SECRET) && address) {
      settings.problem(
          JWKS_URL + " cannot hold the secret of HS algorithms: use " + named(KEY_FILE));
    }
  }

  /**
   * Reports settings of tokens that have no effect: who sets an issuer expects that its tokens are
   * required.
   */
  private void mustNotBeInVain() {
    String set =
        Stream.of("key_file", "jwks_url", "issuer", "audience")
            .map(GROUP::concat)
            .filter(key -> !settings.text(key).isEmpty())
            .collect(joining(", "));
    if (!set.isEmpty()) {
      settings.problem(
          set + " would do nothing: set " + named(ALGORITHMS) + " too, for example to RS256");
    }
  }

  private static String needed(String key) {
    return ALGORITHMS + " needs " + named(key);
  }

  private static String named(String key) {
    return key + " (" + ConfigLoader.variable(key) + ")";
  }

  private URI jwksUrl() {
    String text = settings.text(JWKS_URL);
    if (text.isEmpty()) {
      return null;
    }
    try {
      URI url = new URI(text);
      boolean safe =
          "https".equals(url.getScheme())
              || "http".equals(url.getScheme()) && isThisMachine(url.getHost());
      boolean plain =
          url.getHost() != null && url.getRawUserInfo() == null && url.getRawFragment() == null;
      settings.requireText(
          JWKS_URL,
          safe && plain,
          "an https:// address without user or fragment; http:// only of this machine");
      return url;
    } catch (URISyntaxException e) {
      settings.requireText(JWKS_URL, false, "an https:// address");
      return null;
    }
  }

  /** Decided by the text of the host: what a name resolves to may change. */
  private static boolean isThisMachine(String host) {
    if (host == null || host.equals("localhost")) {
      return host != null;
    }
    boolean number = host.startsWith("[") || host.matches("\\d+\\.\\d+\\.\\d+\\.\\d+");
    try {
      return number && InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** The name of a claim, or the way to it: names with dots between. */
  private String claim(String key) {
    String path = settings.text(GROUP + key);
    settings.requireText(
        GROUP + key,
        Arrays.stream(path.split("\\.", -1)).noneMatch(String::isBlank),
        "the name of a claim, or names with dots between");
    return path;
  }

  private Map<String, String> roleNames() {
    Map<String, String> names = settings.pairs(ROLE_NAMES);
    settings.requireText(
        ROLE_NAMES,
        ROLES.containsAll(names.values()) && names.keySet().stream().noneMatch(String::isBlank),
        "a list of word=role with the roles viewer, operator and admin");
    return names;
  }
}

package io.mirrorneuron.gateway.call;

import io.mirrorneuron.config.Origin;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Decides which pages may call: those of this server and those of the listed origins. */
public final class Origins {
  private static final String ALL = "*";

  /** Both schemes are this server's, as a proxy in front may terminate TLS. */
  private static final Set<String> OURS = Set.of("http", "https");

  private final boolean all;
  private final Set<Origin> listed;
  private final Optional<Origin> published;

  /**
   * @param listed as in {@code api.cors_allow_origins}; {@code *} allows every origin
   * @param baseUrl of this server for clients, possibly that of a proxy
   */
  public Origins(Collection<String> listed, String baseUrl) {
    this.all = listed.contains(ALL);
    this.listed =
        listed.stream()
            .flatMap(text -> Origin.parse(text).stream())
            .collect(Collectors.toUnmodifiableSet());
    this.published = Origin.ofUrl(baseUrl);
  }

  boolean isEmpty() {
    return !all && listed.isEmpty();
  }

  /**
   * @param origin as in the header; pages without an origin send {@code null}
   */
  boolean isListed(String origin) {
    return all || Origin.parse(origin).filter(listed::contains).isPresent();
  }

  /**
   * Whether this server served the page.
   *
   * @param host {@code host[:port]} of the request
   */
  boolean isOwn(String origin, String host) {
    return Origin.parse(origin)
        .filter(page -> OURS.contains(page.scheme()))
        .filter(page -> page.isAt(host) || published.filter(page::equals).isPresent())
        .isPresent();
  }
}

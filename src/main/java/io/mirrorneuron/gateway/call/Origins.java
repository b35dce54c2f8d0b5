package io.mirrorneuron.gateway.call;

import io.mirrorneuron.config.Origin;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Which pages may call: those of this server and those of the listed origins. */
public final class Origins {
  private static final String ALL = "*";

  /** Both schemes count as ours, as a proxy before us may terminate TLS. */
  private static final Set<String> OURS = Set.of("http", "https");

  private final boolean all;
  private final Set<Origin> listed;
  private final Optional<Origin> published;

  /**
   * @param listed as in {@code api.cors_allow_origins}; {@code *} lists every origin
   * @param baseUrl where clients find this server, which may be a proxy before it
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
   * @param origin as the header has it; {@code null} is what pages without an origin send
   */
  boolean isListed(String origin) {
    return all || Origin.parse(origin).filter(listed::contains).isPresent();
  }

  /**
   * Whether the page was served by this server.
   *
   * @param host {@code host[:port]} by which it was called now
   */
  boolean isOwn(String origin, String host) {
    return Origin.parse(origin)
        .filter(page -> OURS.contains(page.scheme()))
        .filter(page -> page.isAt(host) || published.filter(page::equals).isPresent())
        .isPresent();
  }
}

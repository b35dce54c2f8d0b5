package io.mirrorneuron.runtime.webhook;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.NewTarget;
import io.mirrorneuron.port.schedule.RuntimeEvents;
import io.mirrorneuron.runtime.schedule.event.EventFilter;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a target must be like to be made. Pure. */
final class TargetRules {
  private static final int LONGEST_NAME = 100;
  private static final int LONGEST_URL = 2000;
  private static final int MOST_EVENTS = 50;
  private static final int LAST_PORT = 65_535;

  private TargetRules() {}

  /**
   * @throws MnException INVALID, with what would be right
   */
  static void check(NewTarget wanted) {
    String name = wanted.name();
    if (name == null || name.isBlank() || name.length() > LONGEST_NAME) {
      throw MnException.invalid("name must have 1 to %d characters".formatted(LONGEST_NAME));
    }
    url(wanted.url());
    if (wanted.events() == null
        || wanted.events().isEmpty()
        || wanted.events().size() > MOST_EVENTS) {
      throw MnException.invalid(
          "events must name 1 to %d types of events: %s".formatted(MOST_EVENTS, known()));
    }
    wanted.events().forEach(TargetRules::checkType);
    Map<String, Object> filters = wanted.filters() == null ? Map.of() : wanted.filters();
    List<String> faults = EventFilter.faults(filters);
    if (!faults.isEmpty()) {
      throw MnException.invalid("filters: " + String.join("; ", faults));
    }
  }

  private static void checkType(String wanted) {
    boolean isKnown =
        wanted != null && RuntimeEvents.TYPES.stream().anyMatch(type -> Target.isOf(wanted, type));
    if (!isKnown) {
      throw MnException.invalid(
          "events: the runtime tells nothing of type %s; it tells %s; a * at the end stands for any"
              .formatted(wanted, known()));
    }
  }

  private static String known() {
    return String.join(", ", RuntimeEvents.TYPES);
  }

  /**
   * Reads an address to which something can be sent.
   *
   * @throws MnException INVALID
   */
  static URI url(String text) {
    URI uri;
    try {
      uri = URI.create(text == null || text.length() > LONGEST_URL ? "" : text);
    } catch (IllegalArgumentException e) {
      throw unfit("is none");
    }
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (!scheme.equals("https") && !scheme.equals("http")) {
      throw unfit("begins otherwise");
    }
    if (uri.getHost() == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
      throw unfit("has no host, a user before it, or a # behind it");
    }
    if (uri.getPort() == 0 || uri.getPort() > LAST_PORT) {
      throw unfit("has a port that is not from 1 to " + LAST_PORT);
    }
    return uri;
  }

  private static MnException unfit(String why) {
    return MnException.invalid(
        "url must be an address as https://host/path of at most %d characters; this one %s"
            .formatted(LONGEST_URL, why));
  }
}

package io.mirrorneuron.runtime.manifest.reading;

/** The syntax of names of graphs, nodes, edges and message types. */
public final class NameRules {
  private static final int MAX_LENGTH = 200;

  private NameRules() {}

  /**
   * The id at the place, or null when there is no usable one.
   *
   * @param missing the error when it is absent or blank
   */
  public static String read(ManifestValue place, String missing) {
    if (place.isAbsent() || place.value().isTextual() && place.text().isBlank()) {
      place.error(ManifestProblem.REQUIRED, missing);
      return null;
    }
    return place.check(Shape.NAME) ? checked(place) : null;
  }

  /** The same for an optional id: an absent one is null without an error. */
  public static String readOptional(ManifestValue place) {
    return place.check(Shape.NAME) ? checked(place) : null;
  }

  private static String checked(ManifestValue place) {
    String id = place.text();
    if (id.length() > MAX_LENGTH) {
      place.error(
          ManifestProblem.LIMIT,
          "%s is longer than %d characters: %s".formatted(place.name(), MAX_LENGTH, place.shown()));
      return null;
    }
    if (holdsUnprintable(id)) {
      place.error(
          ManifestProblem.SHAPE,
          place.name() + " must not hold control characters: " + place.shown());
    } else if (id.startsWith("/") || id.endsWith("/")) {
      place.error(
          ManifestProblem.SHAPE, place.name() + " must not start or end with /: " + place.shown());
    }
    return id;
  }

  /** Half a surrogate pair cannot be stored: it would become a question mark. */
  private static boolean holdsUnprintable(String id) {
    int character;
    for (int i = 0; i < id.length(); i += Character.charCount(character)) {
      character = id.codePointAt(i);
      if (Character.isISOControl(character)
          || Character.getType(character) == Character.SURROGATE) {
        return true;
      }
    }
    return false;
  }
}

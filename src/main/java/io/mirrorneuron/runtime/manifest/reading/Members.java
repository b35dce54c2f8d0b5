package io.mirrorneuron.runtime.manifest.reading;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The members that an object of a manifest may have: which shape each must have, and which of them
 * ask for something that this server does not do. An object is closed, so that other members are
 * told as unknown, or open. Immutable.
 */
public final class Members {
  /** Of every closed object; they are for people. */
  private static final String[] NOTES = {
    "description", "display_name", "label", "metadata", "comment", "notes", "tags", "title"
  };

  private record Member(Shape shape, String whyIgnored) {}

  private final boolean closed;
  private final Map<String, Member> known;

  private Members(boolean closed, Map<String, Member> known) {
    this.closed = closed;
    this.known = known;
  }

  /** An object with these members, which may have any shape, and no others. */
  public static Members closed(String... names) {
    return new Members(true, Map.of()).with(null, names).with(null, NOTES);
  }

  /** An object that may have any member. */
  public static Members open() {
    return new Members(false, Map.of());
  }

  /** The same with more members, or with a shape for known ones. */
  public Members with(Shape shape, String... names) {
    Map<String, Member> more = new LinkedHashMap<>(known);
    Stream.of(names).forEach(name -> more.put(name, new Member(shape, null)));
    return new Members(closed, more);
  }

  /**
   * The same, with members that are read and have no effect. Those known already keep their shape.
   *
   * @param why completes the sentence "X is ignored: this server …"
   */
  public Members ignoring(String why, String... names) {
    Map<String, Member> more = new LinkedHashMap<>(known);
    for (String name : names) {
      Member before = known.get(name);
      more.put(name, new Member(before == null ? null : before.shape, why));
    }
    return new Members(closed, more);
  }

  /** Reports what is to be said of one member. */
  void check(String name, ManifestValue place) {
    Member member = known.get(name);
    if (member == null) {
      if (closed && !isExtension(name)) {
        place.unknown(known.keySet());
      }
      return;
    }
    boolean fits = member.shape == null || place.check(member.shape);
    if (fits && member.whyIgnored != null && asksForSomething(place.value())) {
      place.warn("%s is ignored: this server %s".formatted(place.label(), member.whyIgnored));
    }
  }

  /** Names that no form will ever give a meaning. */
  private static boolean isExtension(String name) {
    return Stream.of("x-", "_", "$").anyMatch(name::startsWith);
  }

  private static boolean asksForSomething(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT, ARRAY -> !value.isEmpty();
      case STRING -> !value.textValue().isBlank();
      case BOOLEAN -> value.booleanValue();
      case NUMBER -> value.doubleValue() != 0;
      default -> false;
    };
  }
}

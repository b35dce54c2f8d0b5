package io.mirrorneuron.runtime.manifest.reading;

import io.mirrorneuron.config.NearestMatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The members that an object of a manifest may have: the shape of each, and which of them have less
 * effect than they ask for. A closed object reports other members as unknown, an open one does not.
 * Immutable.
 */
public final class Members {
  /** Members of every closed object; they are for people. */
  private static final String[] NOTES = {
    "description", "display_name", "label", "metadata", "comment", "notes", "tags", "title"
  };

  /**
   * @param suggestion proposal for an author who wrote almost this name; null for none, as where
   *     the member would be ignored
   */
  private record Member(Shape shape, String warning, String suggestion) {}

  /** Shorter names resemble too many other names. */
  private static final int SHORTEST_COMPARED = 5;

  /** Longer names are no typing errors, and comparing them takes time. */
  private static final int LONGEST_COMPARED = 64;

  private static final int TYPOS_IN_OPEN_OBJECTS = 2;

  private final boolean closed;
  private final Map<String, Member> known;
  private final Map<String, String> elsewhere;

  private Members(boolean closed, Map<String, Member> known, Map<String, String> elsewhere) {
    this.closed = closed;
    this.known = known;
    this.elsewhere = elsewhere;
  }

  /** An object with these members, which may have any shape, and no other members. */
  public static Members closed(String... names) {
    return new Members(true, Map.of(), Map.of()).with(null, names).with(null, NOTES);
  }

  /** An object that may have any member; reports names that almost match known ones. */
  public static Members open(String... names) {
    return new Members(false, Map.of(), Map.of()).with(null, names);
  }

  /** The same with more members, or with a shape for known ones. */
  public Members with(Shape shape, String... names) {
    Map<String, Member> more = new LinkedHashMap<>(known);
    Stream.of(names).forEach(name -> more.put(name, new Member(shape, null, name)));
    return new Members(closed, more, elsewhere);
  }

  /** The same, where an author who wrote almost {@code name} gets {@code other} as a proposal. */
  public Members suggesting(String other, String name) {
    Map<String, Member> more = new LinkedHashMap<>(known);
    more.computeIfPresent(name, (_, member) -> new Member(member.shape, member.warning, other));
    return new Members(closed, more, elsewhere);
  }

  /** The same, with members of another object, which are reported as misplaced. */
  public Members belongingTo(String place, Members other) {
    Map<String, String> more = new LinkedHashMap<>(elsewhere);
    other.known.keySet().forEach(name -> more.put(name, place + "." + name));
    return new Members(closed, known, more);
  }

  /** The same, with names of other programs and what they mean here. */
  public Members meaning(String other, String... names) {
    Map<String, String> more = new LinkedHashMap<>(elsewhere);
    Stream.of(names).forEach(name -> more.put(name, other));
    return new Members(closed, known, more);
  }

  /**
   * The same, with members that are read and have no effect. Known members keep their shape.
   *
   * @param why completes the sentence "X is ignored: this server …"
   */
  public Members ignoring(String why, String... names) {
    return warning("is ignored: this server " + why, false, names);
  }

  /**
   * The same, with members that have less effect than they ask for. Known members keep their shape.
   *
   * @param warning completes the sentence "X …"
   */
  public Members warning(String warning, String... names) {
    return warning(warning, true, names);
  }

  private Members warning(String warning, boolean suggested, String... names) {
    Map<String, Member> more = new LinkedHashMap<>(known);
    for (String name : names) {
      Member before = known.get(name);
      Shape shape = before == null ? null : before.shape;
      more.put(name, new Member(shape, warning, suggested ? name : null));
    }
    return new Members(closed, more, elsewhere);
  }

  /** Reports findings about one member. */
  void check(String name, ManifestValue place) {
    Member member = known.get(name);
    if (member == null) {
      tellUnknown(name, place);
      return;
    }
    boolean fits = member.shape == null || place.check(member.shape);
    if (fits && member.warning != null && Shape.asksForSomething(place.value())) {
      place.warn(place.label() + " " + member.warning);
    }
  }

  private void tellUnknown(String name, ManifestValue place) {
    if (isExtension(name)) {
      return;
    }
    if (closed) {
      place.unknown(() -> meant(name));
    } else {
      near(name)
          .ifPresent(
              near ->
                  place.warn(
                      place.named(ManifestValue.shown(name)).label()
                          + " is not read; did you mean "
                          + near
                          + "?"));
    }
  }

  private Optional<String> meant(String name) {
    if (elsewhere.containsKey(name)) {
      return Optional.of(elsewhere.get(name));
    }
    int dot = name.indexOf('.');
    if (dot > 0 && dot < name.length() - 1 && known.containsKey(name.substring(0, dot))) {
      return Optional.of("%s: {%s: …}".formatted(name.substring(0, dot), name.substring(dot + 1)));
    }
    return name.length() > LONGEST_COMPARED
        ? Optional.empty()
        : NearestMatch.of(name, known.keySet()).map(near -> known.get(near).suggestion);
  }

  private static boolean isComparable(String name) {
    return name.length() >= SHORTEST_COMPARED && name.length() <= LONGEST_COMPARED;
  }

  /** In an open object, all other members are the author's own. */
  private Optional<String> near(String name) {
    if (elsewhere.containsKey(name)) {
      return Optional.of(elsewhere.get(name));
    }
    if (!isComparable(name)) {
      return Optional.empty();
    }
    List<String> names = known.keySet().stream().filter(Members::isComparable).toList();
    return NearestMatch.within(TYPOS_IN_OPEN_OBJECTS, name, names)
        .map(near -> known.get(near).suggestion);
  }

  /** Names that no form will ever give a meaning. */
  private static boolean isExtension(String name) {
    return Stream.of("x-", "_", "$").anyMatch(name::startsWith);
  }
}

package io.mirrorneuron.runtime.manifest.reading;

import io.mirrorneuron.config.NearestMatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The members that an object of a manifest may have: which shape each must have, and which of them
 * ask for more than this server does. An object is closed, so that other members are told as
 * unknown, or open. Immutable.
 */
public final class Members {
  /** Of every closed object; they are for people. */
  private static final String[] NOTES = {
    "description", "display_name", "label", "metadata", "comment", "notes", "tags", "title"
  };

  /**
   * @param suggestion what is proposed to somebody who wrote almost this name; null for nothing, as
   *     where the member would be ignored
   */
  private record Member(Shape shape, String warning, String suggestion) {}

  /** Shorter names resemble too many others. */
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

  /** An object with these members, which may have any shape, and no others. */
  public static Members closed(String... names) {
    return new Members(true, Map.of(), Map.of()).with(null, names).with(null, NOTES);
  }

  /** An object that may have any member; names that are almost those of known ones are told. */
  public static Members open(String... names) {
    return new Members(false, Map.of(), Map.of()).with(null, names);
  }

  /** The same with more members, or with a shape for known ones. */
  public Members with(Shape shape, String... names) {
    Map<String, Member> more = new LinkedHashMap<>(known);
    Stream.of(names).forEach(name -> more.put(name, new Member(shape, null, name)));
    return new Members(closed, more, elsewhere);
  }

  /** The same, where who wrote almost the one name is shown the other. */
  public Members suggesting(String other, String name) {
    Map<String, Member> more = new LinkedHashMap<>(known);
    more.computeIfPresent(name, (_, member) -> new Member(member.shape, member.warning, other));
    return new Members(closed, more, elsewhere);
  }

  /** The same, where members of another object are known as what stands in the wrong place. */
  public Members belongingTo(String place, Members other) {
    Map<String, String> more = new LinkedHashMap<>(elsewhere);
    other.known.keySet().forEach(name -> more.put(name, place + "." + name));
    return new Members(closed, known, more);
  }

  /** The same, where somebody who writes this name, as other programs have it, means the other. */
  public Members meaning(String other, String... names) {
    Map<String, String> more = new LinkedHashMap<>(elsewhere);
    Stream.of(names).forEach(name -> more.put(name, other));
    return new Members(closed, known, more);
  }

  /**
   * The same, with members that are read and have no effect. Those known already keep their shape.
   *
   * @param why completes the sentence "X is ignored: this server …"
   */
  public Members ignoring(String why, String... names) {
    return warning("is ignored: this server " + why, false, names);
  }

  /**
   * The same, with members that have less effect than they ask for. Those known already keep their
   * shape.
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

  /** Reports what is to be said of one member. */
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

  /** Of an open object, in which everything else is its author's own. */
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

package io.mirrorneuron.runtime.manifest.reading;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.runtime.manifest.reading.Written.ManifestPlace;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A value of a manifest together with its place in the text. Its methods {@code check…} report
 * errors at that place. A place may be empty, so a reader can ask for members without checking that
 * their parents exist.
 *
 * <p>Where a method takes paths, each is the name of a member, or several names with dots between
 * them: {@code config.command}.
 */
public final class ManifestValue {
  private final Findings findings;
  private final ManifestPlace place;
  private final JsonNode value;
  private final Written written;

  private ManifestValue(Findings findings, ManifestPlace place, JsonNode value, Written written) {
    this.findings = findings;
    this.place = place;
    this.value = value == null ? MissingNode.getInstance() : value;
    this.written = written;
  }

  public static ManifestValue root(JsonNode value, Findings findings) {
    return new ManifestValue(findings, ManifestPlace.ROOT, value, Written.AS_IT_IS);
  }

  /** A member, whose name may have dots in it. */
  public ManifestValue at(String member) {
    return child(member, value.get(member));
  }

  /** The value at the first path that leads to a value; the first path when none does. */
  public ManifestValue find(String... paths) {
    return all(paths).stream()
        .filter(found -> !found.isAbsent())
        .findFirst()
        .orElseGet(() -> follow(paths[0]));
  }

  /** The values at each of the paths. */
  public List<ManifestValue> all(String... paths) {
    return Stream.of(paths).map(this::follow).toList();
  }

  private ManifestValue follow(String path) {
    int dot = path.indexOf('.');
    return dot < 0 ? at(path) : at(path.substring(0, dot)).follow(path.substring(dot + 1));
  }

  /** The other value if only it exists, else this. */
  public ManifestValue or(ManifestValue other) {
    return isAbsent() && !other.isAbsent() ? other : this;
  }

  /** The elements of a list, in order; none when this is no list. */
  public List<ManifestValue> items() {
    return IntStream.range(0, value.isArray() ? value.size() : 0)
        .mapToObj(i -> child(Integer.toString(i), value.get(i)))
        .toList();
  }

  private ManifestValue child(String segment, JsonNode held) {
    Written below = written.below(segment);
    ManifestPlace seeming = new ManifestPlace(place, segment, segment);
    return new ManifestValue(findings, below.placeOr(seeming), held, below);
  }

  /** The same place with another name in messages. */
  public ManifestValue named(String newName) {
    return new ManifestValue(findings, place.named(newName), value, written);
  }

  public ManifestValue withValue(JsonNode newValue) {
    return withValue(newValue, Written.AS_IT_IS);
  }

  /** The same place with a value derived from the written one. */
  public ManifestValue withValue(JsonNode newValue, Written authors) {
    return new ManifestValue(findings, place, newValue, authors);
  }

  ManifestPlace place() {
    return place;
  }

  public String name() {
    return place.name();
  }

  public JsonNode value() {
    return value;
  }

  /** Whether there is no value, or null. */
  public boolean isAbsent() {
    return value.isMissingNode() || value.isNull();
  }

  /** The string, or null when this is none. */
  public String text() {
    return value.textValue();
  }

  /** A string, number or boolean as text; else an empty string. */
  public String asText() {
    return isAbsent() ? "" : value.asText();
  }

  /** The number at the path, or the default. */
  public int asInt(String path, int byDefault) {
    return follow(path).value.asInt(byDefault);
  }

  /** The boolean at the path, or the default. */
  public boolean asBoolean(String path, boolean byDefault) {
    return follow(path).value.asBoolean(byDefault);
  }

  /** The constant whose name in lower case is the string; empty when none is. */
  public <E extends Enum<E>> Optional<E> asWord(Class<E> words) {
    return Stream.of(words.getEnumConstants())
        .filter(word -> word.name().toLowerCase(Locale.ROOT).equals(text()))
        .findAny();
  }

  /** Whether there is a value of this shape; another value is an error. */
  public boolean check(Shape shape) {
    if (isAbsent() || shape.fits(value)) {
      return !isAbsent();
    }
    report(ManifestProblem.SHAPE, " must be " + shape.words() + shape.hint(value), shape.words());
    return false;
  }

  /** Reports another value as an error; the words complete the sentence "X must be …". */
  public void mustBe(String words) {
    report(ManifestProblem.SHAPE, " must be " + words, words);
  }

  /** The same with more text, for a new manifest; for a stored one a warning. */
  public void shouldBe(String words, String... more) {
    String message = label() + " must be " + words + String.join("", more);
    String actual = ShownValue.of(name(), value);
    findings.refuse(ManifestProblem.SHAPE, place, message, words, actual);
  }

  private void report(ManifestProblem problem, String message, String expected) {
    findings.error(problem, place, label() + message, expected, ShownValue.of(name(), value));
  }

  /** Like {@link #check} for a value that must be there. */
  public boolean checkRequired(Shape shape) {
    if (value.isMissingNode()) {
      error(ManifestProblem.REQUIRED, label() + " is required");
    } else if (value.isNull()) {
      mustBe(shape.words());
    }
    return check(shape);
  }

  /** Checks the members that are there, in the author's order. */
  public void checkMembers(Members members) {
    value.properties().forEach(one -> members.check(one.getKey(), at(one.getKey())));
  }

  /** The objects of a list; anything else in the list, or instead of it, is an error. */
  public Stream<ManifestValue> objects() {
    List<ManifestValue> items = check(Shape.LIST) ? items() : List.of();
    return items.stream().filter(item -> item.checkRequired(Shape.OBJECT));
  }

  /** Reports a value that is none of the words. */
  public void checkWord(Set<String> words) {
    if (!isAbsent() && (text() == null || !words.contains(text()))) {
      String expected = "one of " + String.join(", ", new TreeSet<>(words));
      report(ManifestProblem.UNSUPPORTED, " has unsupported value", expected);
    }
  }

  public void checkWords(Set<String> words, String... paths) {
    all(paths).forEach(found -> found.checkWord(words));
  }

  /** Whether a list is short enough; a longer one is an error. */
  public boolean checkLength(int most) {
    if (value.size() <= most) {
      return true;
    }
    error(
        ManifestProblem.LIMIT,
        "%s has %d entries; at most %d are allowed".formatted(label(), value.size(), most));
    return false;
  }

  public void error(ManifestProblem problem, String message) {
    String actual = problem.isOfValue() && !isAbsent() ? ShownValue.of(name(), value) : null;
    findings.error(problem, place, message, null, actual);
  }

  public void warn(String message) {
    findings.warn(place, message);
  }

  /** An error of a new manifest; a warning of a stored one. */
  public void refuse(ManifestProblem problem, String message) {
    findings.refuse(problem, place, message);
  }

  /**
   * An error in a stored manifest, whose job is to run; another sentence, as a warning, in a new
   * one.
   */
  public void require(String refusal, String warning) {
    findings.require(place, refusal, warning);
  }

  void unknown(Supplier<Optional<String>> meant) {
    findings.unknown(named(shown(name())).place, meant);
  }

  /** The place for people, by names: {@code nodes.<node id>.config.command}. */
  public String label() {
    return place.label();
  }

  public Location location() {
    return place.location();
  }

  /** The value for messages: short and on one line. */
  public String shown() {
    return ShownValue.of(value);
  }

  /** The text for messages: short and on one line. */
  public static String shown(String text) {
    return ShownValue.of(text);
  }

  /** Values of manifests in messages and reports. */
  private static final class ShownValue {
    private static final int SHOWN_CHARS = 80;
    private static final Pattern SECRET =
        Pattern.compile(
            "secret|token|password|authorization|cookie|credential|api_?key|private_?key",
            Pattern.CASE_INSENSITIVE);

    private ShownValue() {}

    static String of(JsonNode value) {
      return of(value.isTextual() ? value.textValue() : value.toString());
    }

    static String of(String text) {
      StringBuilder head = new StringBuilder();
      int read = 0;
      while (read < text.length() && read < SHOWN_CHARS) {
        int character = text.codePointAt(read);
        head.appendCodePoint(Character.isISOControl(character) ? ' ' : character);
        read += Character.charCount(character);
      }
      return read < text.length() ? head.append('…').toString() : head.toString();
    }

    /** The same, unless the name of the value says that it is secret. */
    static String of(String name, JsonNode value) {
      return SECRET.matcher(name).find() ? "[redacted]" : of(value);
    }
  }
}

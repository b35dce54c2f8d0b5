package io.mirrorneuron.runtime.manifest.reading;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * A value of a manifest that knows where it stands and where its errors go. Absent and null values
 * are places too, so a reader can ask for members without checking that their parents exist.
 */
public final class ManifestValue {
  private static final int SHOWN_CHARS = 80;

  private final Findings findings;
  private final ManifestValue parent;
  private final String segment;
  private final String name;
  private final JsonNode value;

  /** By the name of a member, what its author wrote instead. */
  private final Map<String, String> spelling;

  private ManifestValue(
      Findings findings,
      ManifestValue parent,
      String segment,
      String name,
      JsonNode value,
      Map<String, String> spelling) {
    this.findings = findings;
    this.parent = parent;
    this.segment = segment;
    this.name = name;
    this.value = value == null ? MissingNode.getInstance() : value;
    this.spelling = spelling;
  }

  public static ManifestValue root(JsonNode value, Findings findings) {
    return new ManifestValue(findings, null, "", "", value, Map.of());
  }

  public ManifestValue at(String member) {
    String written = spelling.getOrDefault(member, member);
    return new ManifestValue(findings, this, written, written, value.get(member), Map.of());
  }

  /** The first of the aliases that is present; the place of the first one when none is. */
  public ManifestValue atAny(String... aliases) {
    for (String alias : aliases) {
      if (value.hasNonNull(alias)) {
        return at(alias);
      }
    }
    return at(aliases[0]);
  }

  /** The same place, called by another name in messages. */
  public ManifestValue named(String newName) {
    return new ManifestValue(findings, parent, segment, newName, value, spelling);
  }

  /** The same place with a value that was read out of its text. */
  public ManifestValue holding(JsonNode newValue) {
    return holding(newValue, Map.of());
  }

  /**
   * The same place as another object.
   *
   * @param written which member of the text each of its members was, where the names differ
   */
  public ManifestValue holding(JsonNode newValue, Map<String, String> written) {
    return new ManifestValue(findings, parent, segment, name, newValue, written);
  }

  /** The first of the places that holds a value; the first of all when none does. */
  public static ManifestValue first(ManifestValue... places) {
    for (ManifestValue place : places) {
      if (!place.isAbsent()) {
        return place;
      }
    }
    return places[0];
  }

  /** The elements of a list, in order; none when this is no list. */
  public Iterable<ManifestValue> items() {
    return () ->
        new Iterator<>() {
          private int next;

          @Override
          public boolean hasNext() {
            return value.isArray() && next < value.size();
          }

          @Override
          public ManifestValue next() {
            String index = Integer.toString(next);
            return new ManifestValue(
                findings, ManifestValue.this, index, index, value.get(next++), Map.of());
          }
        };
  }

  /** The last part of {@link #label}. */
  public String name() {
    return name;
  }

  public JsonNode value() {
    return value;
  }

  public boolean isAbsent() {
    return value.isMissingNode() || value.isNull();
  }

  /** Whether the value is there and has the shape; a wrong shape is an error. */
  public boolean is(Shape shape) {
    if (isAbsent()) {
      return false;
    }
    if (shape.fits(value)) {
      return true;
    }
    error(ManifestProblem.SHAPE, label() + " must be " + shape.words());
    return false;
  }

  /** Checks the shapes of the members that are there; members without a shape may be anything. */
  public void members(Map<String, Shape> shapes) {
    for (Map.Entry<String, JsonNode> member : value.properties()) {
      Shape shape = shapes.get(member.getKey());
      if (shape != null) {
        at(member.getKey()).is(shape);
      }
    }
  }

  /** Like {@link #is} for a member that must be there. */
  public boolean isRequired(Shape shape) {
    if (value.isMissingNode()) {
      error(ManifestProblem.REQUIRED, label() + " is required");
    } else if (value.isNull()) {
      error(ManifestProblem.SHAPE, label() + " must be " + shape.words());
    }
    return is(shape);
  }

  /** Reports a value that is there but is none of {@code words}. */
  public void oneOf(Set<String> words) {
    if (!isAbsent() && !(value.isTextual() && words.contains(value.textValue()))) {
      error(ManifestProblem.UNSUPPORTED, label() + " has unsupported value");
    }
  }

  /** Whether a list is short enough; a longer one is an error. */
  public boolean isAtMost(int most) {
    if (value.size() <= most) {
      return true;
    }
    error(
        ManifestProblem.LIMIT,
        "%s has %d entries; at most %d are allowed".formatted(label(), value.size(), most));
    return false;
  }

  public void error(ManifestProblem problem, String message) {
    findings.error(problem, this, message);
  }

  public void warn(String message) {
    findings.warn(message);
  }

  /** How a person finds it: {@code nodes.<node id>.config.command}. */
  public String label() {
    String above = parent == null ? "" : parent.label();
    return above.isEmpty() ? name : above + "." + name;
  }

  /** How a program finds it: {@code nodes.3.config.command}. */
  String path() {
    String above = parent == null ? "" : parent.path();
    return above.isEmpty() ? segment : above + "." + segment;
  }

  /** A JSON pointer below {@code /manifest}. */
  public String pointer() {
    return parent == null
        ? "/manifest"
        : parent.pointer() + "/" + segment.replace("~", "~0").replace("/", "~1");
  }

  /** The value as it may stand in a message: short and on one line. */
  public String shown() {
    return shown(value.isTextual() ? value.textValue() : value.toString());
  }

  public static String shown(String text) {
    StringBuilder head = new StringBuilder();
    int read = 0;
    while (read < text.length() && read < SHOWN_CHARS) {
      int character = text.codePointAt(read);
      head.appendCodePoint(Character.isISOControl(character) ? ' ' : character);
      read += Character.charCount(character);
    }
    return read < text.length() ? head.append('…').toString() : head.toString();
  }
}

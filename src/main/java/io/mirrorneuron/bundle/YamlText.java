package io.mirrorneuron.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.bundle.Malformed.FileName;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.math.BigInteger;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.resolver.CoreScalarResolver;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import org.snakeyaml.engine.v2.schema.Schema;

/**
 * Reads untrusted YAML 1.2 (core schema) as the JSON it stands for: one document, unique string
 * keys, bounded aliases, and a place for each value. JSON is YAML, so this also finds the places in
 * JSON.
 */
final class YamlText {
  /** Of nesting; the reader of manifests allows as many. */
  private static final int MAX_DEPTH = 100;

  /** Values that aliases may stand for, all together. */
  private static final int MAX_COPIES = 100_000;

  private static final int MAX_COPIED_CHARACTERS = 4 << 20;
  private static final int MAX_ALIASES = 10_000;

  /** Of a name; readers of JSON allow as many. */
  private static final int MAX_NAME = 50_000;

  private static final String MERGE = "<<";
  private static final String TOO_DEEP = "it is nested deeper than " + MAX_DEPTH + " levels";

  /** Keys and values; each takes some hundred bytes. */
  private static final int MAX_NODES = 200_000;

  /** As YAML 1.2 has it. */
  private static final Schema WITHOUT_MERGE =
      new CoreSchema() {
        @Override
        public ScalarResolver getScalarResolver() {
          return new CoreScalarResolver(false);
        }
      };

  private final FileName file;
  private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private int copies;
  private int copiedCharacters;

  private YamlText(FileName file) {
    this.file = file;
  }

  /**
   * @param places of the keys of members, of the beginnings of entries
   */
  record Document(ObjectNode tree, Places places) {}

  /**
   * @param file how the text is called in errors
   * @throws MnException MALFORMED with line and column
   */
  static Document read(String text, FileName file) {
    return new YamlText(file).document(text);
  }

  private Document document(String text) {
    try {
      Node root = composed(text);
      if (root == null) {
        throw Malformed.at(file, 1, 1, "it is empty");
      }
      if (!(root instanceof MappingNode mapping)) {
        throw malformed(root.getStartMark(), "it must hold members, as name: value");
      }
      Places places = new Places(1, 1);
      open.add(root);
      seen.add(root);
      return new Document(object(mapping, places, 1), places);
    } catch (MarkedYamlEngineException e) {
      throw malformed(e.getProblemMark().or(e::getContextMark), YamlProblem.words(e));
    } catch (ReaderException e) {
      throw unprintable(text, e);
    } catch (YamlEngineException e) {
      throw malformed(Optional.empty(), YamlProblem.words(e));
    }
  }

  private Node composed(String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setSchema(WITHOUT_MERGE)
            .setAllowNonScalarKeys(true) // which are refused here, with their place
            .setMaxAliasesForCollections(MAX_ALIASES)
            .setCodePointLimit(Integer.MAX_VALUE) // the file was measured before
            .build();
    Parser parser = new ParserImpl(settings, new StreamReader(settings, text));
    Parser shallow =
        new YamlBounds(parser, MAX_DEPTH, MAX_NODES, (mark, words) -> malformed(mark, words));
    return new Composer(settings, shallow).getSingleNode().orElse(null);
  }

  private JsonNode tree(Node node, Places place, int depth) {
    if (depth > MAX_DEPTH) { // through aliases
      throw malformed(node.getStartMark(), TOO_DEEP);
    }
    count(node);
    if (node instanceof ScalarNode scalar) {
      return YamlScalar.of(scalar, words -> malformed(scalar.getStartMark(), words));
    }
    if (!open.add(node)) {
      throw malformed(node.getStartMark(), "an alias stands for what it is in");
    }
    requireUntagged(node);
    JsonNode tree =
        node instanceof MappingNode mapping
            ? object(mapping, place, depth)
            : list((SequenceNode) node, place, depth);
    open.remove(node);
    return tree;
  }

  /** An alias is short, and what it stands for may be long. */
  private void count(Node node) {
    if (seen.add(node)) {
      return;
    }
    copiedCharacters += node instanceof ScalarNode scalar ? scalar.getValue().length() : 0;
    if (++copies > MAX_COPIES || copiedCharacters > MAX_COPIED_CHARACTERS) {
      throw malformed(
          node.getStartMark(),
          "its aliases stand for more than %d values, or %d characters"
              .formatted(MAX_COPIES, MAX_COPIED_CHARACTERS));
    }
  }

  private ObjectNode object(MappingNode mapping, Places place, int depth) {
    ObjectNode object = Json.object();
    Map<String, Mark> lines = new HashMap<>();
    for (NodeTuple member : mapping.getValue()) {
      Node keyNode = member.getKeyNode();
      String key = key(keyNode);
      count(keyNode);
      Mark first = lines.putIfAbsent(key, keyNode.getStartMark().orElse(null));
      if (first != null) {
        throw malformed(
            keyNode.getStartMark(),
            "key %s is in line %d already".formatted(key, first.getLine() + 1));
      }
      Places below = place.add(key, of(keyNode));
      object.set(key, tree(member.getValueNode(), below, depth + 1));
    }
    return object;
  }

  private ArrayNode list(SequenceNode sequence, Places place, int depth) {
    ArrayNode list = Json.MAPPER.createArrayNode();
    for (Node item : sequence.getValue()) {
      Places below = place.add(Integer.toString(list.size()), of(item));
      list.add(tree(item, below, depth + 1));
    }
    return list;
  }

  private static Places of(Node node) {
    return of(node.getStartMark());
  }

  private static Places of(Optional<Mark> mark) {
    return mark.map(at -> new Places(at.getLine() + 1, at.getColumn() + 1))
        .orElseGet(() -> new Places(1, 1));
  }

  private String key(Node node) {
    if (!(node instanceof ScalarNode key)) {
      throw malformed(node.getStartMark(), "a key must be text, not a list or an object");
    }
    if (key.isPlain() && key.getValue().equals(MERGE)) {
      throw malformed(
          key.getStartMark(), "merge keys (<<) are not part of YAML 1.2; write the members out");
    }
    JsonNode value = YamlScalar.of(key, words -> malformed(key.getStartMark(), words));
    if (!value.isTextual()) {
      throw malformed(
          key.getStartMark(), "key %s must be text: write \"%1$s\"".formatted(key.getValue()));
    }
    if (value.textValue().length() > MAX_NAME) {
      throw malformed(key.getStartMark(), "a name has more than " + MAX_NAME + " characters");
    }
    return value.textValue();
  }

  private void requireUntagged(Node node) {
    Tag usual = node instanceof MappingNode ? Tag.MAP : Tag.SEQ;
    if (!node.getTag().equals(usual)) {
      throw malformed(node.getStartMark(), YamlProblem.tag(node.getTag()));
    }
  }

  private MnException unprintable(String text, ReaderException failure) {
    String before = text.substring(0, text.offsetByCodePoints(0, failure.getPosition()));
    return Malformed.at(
        file,
        1 + (int) before.chars().filter(one -> one == '\n').count(),
        before.length() - before.lastIndexOf('\n'),
        "it has the character U+%04X, which YAML does not allow: leave it out"
            .formatted(failure.getCodePoint()));
  }

  private MnException malformed(Optional<Mark> mark, String words) {
    Places at = of(mark);
    return Malformed.at(file, at.line(), at.column(), words);
  }

  /**
   * A parser that stops where a text is nested too deep, before its reader runs out of stack, and
   * where it has too many keys and values, before there is a tree of them.
   */
  private static final class YamlBounds implements Parser {
    private final Parser parser;
    private final int deepest;
    private final int most;
    private final BiFunction<Optional<Mark>, String, RuntimeException> refusal;
    private int depth;
    private int nodes;

    /**
     * @param most keys and values
     */
    YamlBounds(
        Parser parser,
        int deepest,
        int most,
        BiFunction<Optional<Mark>, String, RuntimeException> refusal) {
      this.parser = parser;
      this.deepest = deepest;
      this.most = most;
      this.refusal = refusal;
    }

    @Override
    public boolean checkEvent(Event.ID choice) {
      return parser.checkEvent(choice);
    }

    @Override
    public Event peekEvent() {
      return parser.peekEvent();
    }

    @Override
    public boolean hasNext() {
      return parser.hasNext();
    }

    @Override
    public Event next() {
      Event event = parser.next();
      switch (event.getEventId()) {
        case MappingStart, SequenceStart -> {
          count(event);
          if (++depth > deepest) {
            throw refusal.apply(
                event.getStartMark(), "it is nested deeper than %d levels".formatted(deepest));
          }
        }
        case MappingEnd, SequenceEnd -> depth--;
        case Scalar -> count(event);
        default -> {}
      }
      return event;
    }

    private void count(Event event) {
      if (++nodes > most) {
        throw refusal.apply(
            event.getStartMark(), "it has more than %d keys and values".formatted(most));
      }
    }
  }

  /** A YAML scalar as the JSON value that the core schema gives it. */
  private static final class YamlScalar {
    private static final Pattern LEADING_ZERO = Pattern.compile("[-+]?0[0-9_]+");

    /** Readers of JSON allow as many. */
    private static final int MAX_DIGITS = 1000;

    private static final int HEX = 16;
    private static final int OCTAL = 8;
    private static final int DECIMAL = 10;

    private YamlScalar() {}

    /**
     * @param refusal of a value that has no JSON, with its reason
     */
    static JsonNode of(ScalarNode scalar, Function<String, MnException> refusal) {
      Tag tag = scalar.getTag();
      String text = scalar.getValue();
      try {
        if (tag.equals(Tag.STR)) {
          return TextNode.valueOf(text);
        }
        if (tag.equals(Tag.NULL)) {
          return NullNode.getInstance();
        }
        if (tag.equals(Tag.BOOL)) {
          return BooleanNode.valueOf(text.equalsIgnoreCase("true"));
        }
        if (tag.equals(Tag.INT)) {
          if (LEADING_ZERO.matcher(text).matches()) {
            throw refusal.apply(
                text
                    + " is octal to some readers and decimal to others: write it without the zero,"
                    + " as 0o… or in quotes");
          }
          if (text.length() > MAX_DIGITS) {
            throw refusal.apply("a number has more than " + MAX_DIGITS + " digits");
          }
          return integer(text);
        }
        if (tag.equals(Tag.FLOAT)) {
          double number = Double.parseDouble(text);
          if (Double.isFinite(number)) {
            return DoubleNode.valueOf(number);
          }
        }
      } catch (NumberFormatException e) {
        throw refusal.apply(text + " has no JSON value");
      }
      throw refusal.apply(
          tag.equals(Tag.FLOAT) ? text + " has no JSON value" : YamlProblem.tag(tag));
    }

    private static JsonNode integer(String text) {
      String digits = text.startsWith("+") ? text.substring(1) : text;
      BigInteger number =
          digits.startsWith("0x")
              ? new BigInteger(digits.substring(2), HEX)
              : digits.startsWith("0o")
                  ? new BigInteger(digits.substring(2), OCTAL)
                  : new BigInteger(digits, DECIMAL);
      return number.bitLength() < Long.SIZE
          ? small(number.longValueExact())
          : BigIntegerNode.valueOf(number);
    }

    /** Of the same kind as a reader of JSON makes. */
    private static JsonNode small(long number) {
      return number == (int) number ? IntNode.valueOf((int) number) : LongNode.valueOf(number);
    }
  }

  /** What the reader of YAML complains about, in words that help its author. */
  private static final class YamlProblem {
    private static final int SHOWN_CHARS = 160;

    /** By a part of the reader's words. */
    private static final List<Map.Entry<String, String>> WORDS =
        List.of(
            Map.entry("TAB", "a tab stands where only spaces may: indent with spaces"),
            Map.entry("single document", "it holds several documents: keep one, and no ---"),
            Map.entry(
                "mapping values are not allowed",
                "a name with a colon stands where none may: look at the indentation, and quote text"
                    + " that has a colon"),
            Map.entry(
                "expected <block end>", "the indentation does not fit that of the lines before"),
            Map.entry("expected ',' or ']'", "a list in [ ] is not closed, or lacks a comma"),
            Map.entry("expected ',' or '}'", "an object in { } is not closed, or lacks a comma"),
            Map.entry("undefined alias", "an alias (*name) names no anchor (&name) before it"),
            Map.entry("Number of aliases", "it has too many aliases"),
            Map.entry("unexpected end of stream", "a quote is not closed"),
            Map.entry(
                "could not find expected ':'",
                "a name without its colon, or text over several lines without quotes"));

    private YamlProblem() {}

    static String words(YamlEngineException failure) {
      String reported =
          failure instanceof MarkedYamlEngineException marked
              ? Objects.requireNonNullElse(marked.getContext(), "") + " " + marked.getProblem()
              : String.valueOf(failure.getMessage());
      String line = reported.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
      return WORDS.stream()
          .filter(known -> line.contains(known.getKey()))
          .map(Map.Entry::getValue)
          .findFirst()
          .orElse(line.length() <= SHOWN_CHARS ? line : line.substring(0, SHOWN_CHARS) + "…");
    }

    static String tag(Tag tag) {
      return "tag %s is not known here: leave it out".formatted(tag.getValue());
    }
  }
}

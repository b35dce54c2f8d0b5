package io.mirrorneuron.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.CoreScalarResolver;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import org.snakeyaml.engine.v2.schema.Schema;

/**
 * Reads YAML 1.2 (core schema) of which nothing is trusted as the JSON that it stands for: one
 * document, keys that are strings and different, aliases in limits, and a place for each value.
 * JSON is YAML, so it can be read for its places, too.
 */
final class YamlText {
  /** Of nesting; the reader of manifests allows as many. */
  private static final int MAX_DEPTH = 100;

  /** Values that aliases may stand for, all together. */
  private static final int MAX_COPIES = 100_000;

  private static final int MAX_ALIASES = 10_000;
  private static final int MAX_CHARACTERS = 64 << 20;
  private static final String MERGE = "<<";

  /** As YAML 1.2 has it. */
  private static final Schema WITHOUT_MERGE =
      new CoreSchema() {
        @Override
        public ScalarResolver getScalarResolver() {
          return new CoreScalarResolver(false);
        }
      };

  /** Counted from 1. */
  record Place(int line, int column) {}

  private final String what;
  private final Map<String, Place> places = new HashMap<>();
  private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private int copies;

  private YamlText(String what) {
    this.what = what;
  }

  /**
   * @param places of values by JSON pointer: of the key of a member, of the beginning of an entry
   */
  record Document(ObjectNode tree, Map<String, Place> places) {}

  /**
   * @param what how the text is called in errors: {@code manifest.yaml}
   * @throws MnException MALFORMED with line and column
   */
  static Document read(String text, String what) {
    return new YamlText(what).document(text);
  }

  private Document document(String text) {
    try {
      Node root = composed(text);
      if (root == null) {
        throw malformed(Optional.empty(), "it is empty");
      }
      if (!(root instanceof MappingNode mapping)) {
        throw malformed(root.getStartMark(), "it must hold members, as name: value");
      }
      places.put("", new Place(1, 1));
      open.add(root);
      seen.add(root);
      return new Document(object(mapping, "", 1), places);
    } catch (MarkedYamlEngineException e) {
      throw malformed(e.getProblemMark().or(e::getContextMark), YamlProblem.words(e));
    } catch (YamlEngineException e) {
      throw malformed(Optional.empty(), YamlProblem.words(e));
    } catch (StackOverflowError e) {
      throw malformed(Optional.empty(), tooDeep());
    }
  }

  private static Node composed(String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setSchema(WITHOUT_MERGE)
            .setAllowNonScalarKeys(true) // which are refused here, with their place
            .setMaxAliasesForCollections(MAX_ALIASES)
            .setCodePointLimit(MAX_CHARACTERS)
            .build();
    return new Compose(settings).composeString(text).orElse(null);
  }

  private JsonNode tree(Node node, String pointer, int depth) {
    if (depth > MAX_DEPTH) {
      throw malformed(node.getStartMark(), tooDeep());
    }
    if (!seen.add(node) && ++copies > MAX_COPIES) {
      throw malformed(
          node.getStartMark(), "its aliases stand for more than " + MAX_COPIES + " values");
    }
    if (node instanceof ScalarNode scalar) {
      return YamlScalar.of(scalar, words -> malformed(scalar.getStartMark(), words));
    }
    if (!open.add(node)) {
      throw malformed(node.getStartMark(), "an alias stands for what it is in");
    }
    requireUntagged(node);
    JsonNode tree =
        node instanceof MappingNode mapping
            ? object(mapping, pointer, depth)
            : list((SequenceNode) node, pointer, depth);
    open.remove(node);
    return tree;
  }

  private ObjectNode object(MappingNode mapping, String pointer, int depth) {
    ObjectNode object = Json.object();
    Map<String, Mark> lines = new HashMap<>();
    for (NodeTuple member : mapping.getValue()) {
      Node keyNode = member.getKeyNode();
      String key = key(keyNode);
      Mark first = lines.putIfAbsent(key, keyNode.getStartMark().orElse(null));
      if (first != null) {
        throw malformed(
            keyNode.getStartMark(),
            "key %s is in line %d already".formatted(key, first.getLine() + 1));
      }
      String below = pointer + "/" + key.replace("~", "~0").replace("/", "~1");
      place(below, keyNode);
      object.set(key, tree(member.getValueNode(), below, depth + 1));
    }
    return object;
  }

  private ArrayNode list(SequenceNode sequence, String pointer, int depth) {
    ArrayNode list = Json.MAPPER.createArrayNode();
    for (Node item : sequence.getValue()) {
      String below = pointer + "/" + list.size();
      place(below, item);
      list.add(tree(item, below, depth + 1));
    }
    return list;
  }

  private void place(String pointer, Node node) {
    node.getStartMark()
        .ifPresent(
            mark -> places.put(pointer, new Place(mark.getLine() + 1, mark.getColumn() + 1)));
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
    return value.textValue();
  }

  private void requireUntagged(Node node) {
    Tag usual = node instanceof MappingNode ? Tag.MAP : Tag.SEQ;
    if (!node.getTag().equals(usual)) {
      throw malformed(node.getStartMark(), YamlProblem.tag(node.getTag()));
    }
  }

  private static String tooDeep() {
    return "it is nested deeper than " + MAX_DEPTH + " levels";
  }

  private MnException malformed(Optional<Mark> mark, String words) {
    String at =
        mark.map(m -> " at line %d, column %d".formatted(m.getLine() + 1, m.getColumn() + 1))
            .orElse("");
    return MnException.malformed("%s is malformed%s: %s".formatted(what, at, words));
  }
}

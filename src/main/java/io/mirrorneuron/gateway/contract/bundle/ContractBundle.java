package io.mirrorneuron.gateway.contract.bundle;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The contract in one document, bundled by the build: parsing and checking the YAML at the server's
 * start would take a fifth of it, and reading the whole JSON a tenth.
 *
 * @param yaml the lines that its authors wrote
 * @param json the same, compact
 */
public record ContractBundle(String yaml, String json) {
  private static final String SUFFIX = ".yaml";

  /** Arguments: the folder of the contract, and the output folder. */
  public static void main(String[] arguments) throws IOException {
    ContractBundle bundle = of(Path.of(arguments[0]));
    bundle.check();
    Path folder = Files.createDirectories(Path.of(arguments[1]));
    Files.writeString(folder.resolve("mirrorneuron.yaml"), bundle.yaml());
    Files.writeString(folder.resolve("mirrorneuron.json"), bundle.json());
    Files.writeString(folder.resolve("server.json"), bundle.forServers());
  }

  /**
   * Combines {@code mirrorneuron.yaml} and all documents in {@code areas}: paths and components in
   * the order of the head's tags, then of file names, then as written.
   *
   * @throws IllegalStateException naming all faults, with files and names
   */
  public static ContractBundle of(Path folder) throws IOException {
    SourceDocument head = SourceDocument.head(folder);
    List<SourceDocument> areas = areas(folder, head);
    List<String> faults = BundleCheck.faults(head, areas);
    if (!faults.isEmpty()) {
      throw new IllegalStateException(
          "the contract in %s cannot be united:\n  %s"
              .formatted(folder, String.join("\n  ", faults)));
    }
    String yaml = unite(head, areas);
    return new ContractBundle(yaml, Json.write(SourceDocument.YAML.readTree(yaml)));
  }

  /** The part of the JSON that servers read. */
  public String forServers() {
    return Contract.forServers(new JsonObject(json)).encode();
  }

  /** Fails when it violates OpenAPI; servers do not check this again. */
  private void check() {
    Vertx vertx = Vertx.vertx();
    try {
      Contract.of(vertx, new JsonObject(json)).await();
    } finally {
      vertx.close().await();
    }
  }

  private static List<SourceDocument> areas(Path folder, SourceDocument head) throws IOException {
    List<String> files;
    try (Stream<Path> found = Files.list(folder.resolve("areas"))) {
      files =
          found
              .map(file -> "areas/" + file.getFileName())
              .filter(file -> file.endsWith(SUFFIX))
              .sorted(inOrder(head))
              .toList();
    }
    List<SourceDocument> areas = new ArrayList<>();
    for (String file : files) {
      areas.add(SourceDocument.read(folder, file));
    }
    return areas;
  }

  /** A tag's own document comes before its further ones. */
  private static Comparator<String> inOrder(SourceDocument head) {
    List<String> tags = BundleCheck.tags(head);
    return Comparator.<String>comparingInt(
            file -> BundleCheck.tag(head, file).map(tags::indexOf).orElse(-1))
        .thenComparing(file -> file.substring(0, file.length() - SUFFIX.length()));
  }

  private static String unite(SourceDocument head, List<SourceDocument> areas) {
    List<ContractPart> parts = new ArrayList<>(head.parts());
    for (SourceDocument area : areas) {
      area.parts().stream().filter(part -> !area.isImport(part)).forEach(parts::add);
    }
    StringBuilder yaml = new StringBuilder(head.preamble()).append("paths:\n");
    append(yaml, parts, ContractPart.PATHS, "\n");
    yaml.append("components:\n");
    for (String kind : ContractPart.COMPONENTS) {
      if (parts.stream().anyMatch(part -> part.kind().equals(kind))) {
        yaml.append("  ").append(kind).append(":\n");
        append(yaml, parts, kind, "");
        yaml.append('\n');
      }
    }
    return yaml.toString()
        .stripTrailing()
        .concat("\n")
        .replaceAll("(\\$ref: [\"'])" + Pattern.quote(SourceDocument.TO_HEAD + "#"), "$1#");
  }

  /** Blank lines hide whether a part stood at the end of its file. */
  private static void append(
      StringBuilder yaml, List<ContractPart> parts, String kind, String separator) {
    parts.stream()
        .filter(part -> part.kind().equals(kind))
        .forEach(part -> yaml.append(part.text().stripTrailing()).append('\n').append(separator));
  }

  /**
   * Checks each document of a contract: it describes the server as the head does, and an area's
   * operations have the tag after which its file is named. {@link References} checks the documents
   * together.
   */
  private static final class BundleCheck {
    private static final Set<String> HEAD_MEMBERS =
        Set.of("openapi", "info", "servers", "security", "tags", "components");
    private static final Set<String> AREA_MEMBERS =
        Set.of("openapi", "info", "servers", "paths", "components");
    private static final List<String> SAME = List.of("/openapi", "/info/version", "/servers");

    private final SourceDocument head;
    private final List<String> faults = new ArrayList<>();

    private BundleCheck(SourceDocument head) {
      this.head = head;
    }

    /** All faults, in words for the authors of the documents. */
    static List<String> faults(SourceDocument head, List<SourceDocument> areas) {
      BundleCheck check = new BundleCheck(head);
      check.members(head, HEAD_MEMBERS);
      for (SourceDocument area : areas) {
        check.members(area, AREA_MEMBERS);
        check.sameAsHead(area);
        check.tagsOfOperations(area);
      }
      check.clashes(areas);
      if (check.faults.isEmpty()) {
        check.faults.addAll(References.faults(head, areas));
      }
      return check.faults;
    }

    /**
     * The tag of a file: {@code areas/jobs.yaml} and {@code areas/jobs-progress.yaml} belong to
     * {@code jobs}.
     */
    static Optional<String> tag(SourceDocument head, String file) {
      String name = file.substring(file.lastIndexOf('/') + 1, file.lastIndexOf('.'));
      return tags(head).stream()
          .filter(tag -> name.equals(tag) || name.startsWith(tag + "-"))
          .findFirst();
    }

    static List<String> tags(SourceDocument head) {
      return head.tree().path("tags").findValuesAsText("name");
    }

    private void members(SourceDocument document, Set<String> known) {
      for (var member : document.tree().properties()) {
        if (!known.contains(member.getKey())) {
          faults.add(document.file() + " must not have the member " + member.getKey());
        }
      }
      for (var kind : document.tree().path("components").properties()) {
        if (!ContractPart.COMPONENTS.contains(kind.getKey())) {
          faults.add(document.file() + " has components of an unknown kind: " + kind.getKey());
        }
      }
    }

    /** Each document must describe the server as the head does. */
    private void sameAsHead(SourceDocument area) {
      for (String pointer : SAME) {
        if (!area.tree().at(pointer).equals(head.tree().at(pointer))) {
          faults.add(
              "%s and %s differ in %s".formatted(area.file(), head.file(), pointer.substring(1)));
        }
      }
    }

    private void tagsOfOperations(SourceDocument area) {
      Optional<String> tag = tag(head, area.file());
      if (tag.isEmpty()) {
        faults.add("%s is named after no tag of %s".formatted(area.file(), head.file()));
        return;
      }
      for (ContractPart part : area.parts()) {
        for (JsonNode operation : part.isPath() ? part.value() : List.<JsonNode>of()) {
          JsonNode tags = operation.path("tags");
          if (tags.size() != 1 || !tags.path(0).asText().equals(tag.get())) {
            faults.add(
                "%s of %s must have the tag %s and no other"
                    .formatted(
                        operation.path("operationId").asText(part.name()), area.file(), tag.get()));
          }
        }
      }
    }

    private void clashes(List<SourceDocument> areas) {
      Map<String, String> files = new HashMap<>();
      head.parts().forEach(part -> files.put(part.key(), head.file()));
      for (SourceDocument area : areas) {
        for (ContractPart part : area.parts()) {
          String other = area.isImport(part) ? null : files.put(part.key(), area.file());
          if (other != null) {
            faults.add("%s is in %s and in %s".formatted(part.key(), other, area.file()));
          }
        }
      }
    }
  }

  /**
   * References among the documents of a contract. Each must lead to a component of its own document
   * or, from an area, of the head; each component must be reachable from an operation. Names in
   * {@code security} are references to security schemes.
   */
  private static final class References {
    private static final String OWN = "#/components/";

    private final SourceDocument head;
    private final Map<String, Set<String>> keysByFile = new HashMap<>();
    private final Map<String, Set<String>> uses = new HashMap<>();
    private final List<String> faults = new ArrayList<>();

    private References(SourceDocument head) {
      this.head = head;
    }

    /** Expects that keys are unique among all documents. */
    static List<String> faults(SourceDocument head, List<SourceDocument> areas) {
      List<SourceDocument> documents = new ArrayList<>(List.of(head));
      documents.addAll(areas);
      References references = new References(head);
      for (SourceDocument document : documents) {
        Set<String> keys =
            references.keysByFile.computeIfAbsent(document.file(), f -> new HashSet<>());
        document.parts().forEach(part -> keys.add(part.key()));
      }
      Set<String> roots = new LinkedHashSet<>();
      references.collect(head, head.tree().path("security"), "security", roots);
      for (SourceDocument document : documents) {
        for (ContractPart part : document.parts()) {
          Set<String> used =
              references.uses.computeIfAbsent(part.key(), k -> new LinkedHashSet<>());
          references.collect(document, part.value(), "", used);
          if (part.isPath()) {
            roots.add(part.key());
          }
        }
      }
      references.unused(documents, roots);
      return references.faults;
    }

    private void collect(SourceDocument from, JsonNode node, String name, Set<String> used) {
      if (name.equals("security") && node.isArray()) {
        for (JsonNode requirement : node) {
          requirement
              .fieldNames()
              .forEachRemaining(scheme -> follow(from, OWN + "securitySchemes/" + scheme, used));
        }
        return;
      }
      if (node.isObject() && node.path("$ref").isTextual()) {
        follow(from, node.path("$ref").textValue(), used);
      }
      node.properties().forEach(member -> collect(from, member.getValue(), member.getKey(), used));
      if (node.isArray()) {
        node.forEach(element -> collect(from, element, "", used));
      }
    }

    private void follow(SourceDocument from, String reference, Set<String> used) {
      boolean toHead = !from.isHead() && reference.startsWith(SourceDocument.TO_HEAD + OWN);
      String local = toHead ? reference.substring(SourceDocument.TO_HEAD.length()) : reference;
      String[] steps = local.split("/");
      if (!local.startsWith(OWN) || steps.length != 4) {
        faults.add(
            "%s refers to %s: only %s… and, from an area, %s%s… can be united"
                .formatted(from.file(), reference, OWN, SourceDocument.TO_HEAD, OWN));
        return;
      }
      String key = ContractPart.key(steps[2], steps[3]);
      String file = toHead ? head.file() : from.file();
      if (keysByFile.get(file).contains(key)) {
        used.add(key);
      } else if (toHead) {
        faults.add("%s refers to %s, which %s lacks".formatted(from.file(), key, file));
      } else {
        faults.add("%s refers to %s, which it lacks%s".formatted(file, key, elsewhere(key)));
      }
    }

    private String elsewhere(String key) {
      if (keysByFile.get(head.file()).contains(key)) {
        return "; refer to the one in " + SourceDocument.TO_HEAD;
      }
      return keysByFile.entrySet().stream()
          .filter(entry -> entry.getValue().contains(key))
          .map(entry -> "; there is one in " + entry.getKey())
          .sorted()
          .findFirst()
          .orElse("");
    }

    private void unused(List<SourceDocument> documents, Set<String> roots) {
      Set<String> reached = new HashSet<>();
      Deque<String> open = new ArrayDeque<>(roots);
      while (!open.isEmpty()) {
        String key = open.removeFirst();
        if (reached.add(key)) {
          open.addAll(uses.getOrDefault(key, Set.of()));
        }
      }
      for (SourceDocument document : documents) {
        for (ContractPart part : document.parts()) {
          if (!reached.contains(part.key())) {
            faults.add("%s of %s is used by no operation".formatted(part.key(), document.file()));
          }
        }
      }
    }
  }

  /**
   * One YAML document of the contract, cut into its paths and components. The text is kept beside
   * the tree, so that the bundle reads as its authors wrote it.
   *
   * @param file relative to the folder of the contract, for example {@code areas/jobs.yaml}
   * @param preamble the text before its paths and components
   * @param parts in the order of the file
   */
  record SourceDocument(String file, JsonNode tree, String preamble, List<ContractPart> parts) {
    static final ObjectMapper YAML =
        YAMLMapper.builder().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY).build();

    private static final String HEAD = "mirrorneuron.yaml";

    /** Prefix of an area's references to the head. */
    static final String TO_HEAD = "../" + HEAD;

    private static final String COMPONENTS = "components";

    static SourceDocument head(Path folder) throws IOException {
      return read(folder, HEAD);
    }

    /**
     * @throws IllegalStateException for invalid YAML, a duplicate key, or a layout whose lines
     *     cannot be moved to another document
     */
    static SourceDocument read(Path folder, String file) throws IOException {
      String text = Files.readString(folder.resolve(file));
      try {
        return of(file, YAML.readTree(text), SourceText.of(text));
      } catch (JsonProcessingException | IllegalArgumentException e) {
        throw new IllegalStateException(file + ": " + e.getMessage(), e);
      }
    }

    boolean isHead() {
      return file.equals(HEAD);
    }

    /** Whether the part only repeats a component of the head for readers of this file. */
    boolean isImport(ContractPart part) {
      return !isHead()
          && part.value().size() == 1
          && part.value()
              .path("$ref")
              .asText()
              .equals(TO_HEAD + "#/components/" + part.kind() + "/" + part.name());
    }

    private static SourceDocument of(String file, JsonNode tree, SourceText text) {
      List<ContractPart> parts = new ArrayList<>();
      for (SourceText.Block block : text.blocks()) {
        List<String> path = block.path();
        if (path.size() == 2 && path.getFirst().equals(ContractPart.PATHS)) {
          JsonNode value = tree.path(ContractPart.PATHS).path(path.get(1));
          parts.add(new ContractPart(ContractPart.PATHS, path.get(1), block.text(), value));
        } else if (path.size() == 3 && path.getFirst().equals(COMPONENTS)) {
          JsonNode value = tree.path(COMPONENTS).path(path.get(1)).path(path.get(2));
          parts.add(new ContractPart(path.get(1), path.get(2), block.text(), value));
        }
      }
      return new SourceDocument(
          file, tree, text.before(List.of(ContractPart.PATHS, COMPONENTS)), List.copyOf(parts));
    }

    /**
     * The lines of a document by member, path and component. Those keys must be indented by two
     * blanks a level, so that their lines mean the same in another document.
     */
    private static final class SourceText {
      private static final String COMPONENTS = "components";

      /**
       * @param path the key, after its parent keys
       * @param text its lines up to the next such key
       */
      record Block(List<String> path, String text) {}

      private record Key(List<String> path, int line) {}

      private final List<String> lines;
      private final List<Key> keys;

      private SourceText(List<String> lines, List<Key> keys) {
        this.lines = lines;
        this.keys = keys;
      }

      /**
       * @throws IllegalArgumentException when a key is indented wrongly
       */
      static SourceText of(String yaml) throws IOException {
        List<Key> keys = new ArrayList<>();
        Deque<String> open = new ArrayDeque<>();
        try (JsonParser parser = SourceDocument.YAML.createParser(yaml)) {
          int depth = 0;
          for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            if (token.isStructStart()) {
              depth++;
            } else if (token.isStructEnd()) {
              depth--;
            } else if (token == JsonToken.FIELD_NAME) {
              while (open.size() >= depth) {
                open.removeLast();
              }
              // A list on the way has no name of its own.
              while (open.size() < depth - 1) {
                open.addLast("[]");
              }
              open.addLast(parser.currentName());
              List<String> path = List.copyOf(open);
              if (isCut(path)) {
                keys.add(new Key(path, line(parser, path)));
              }
            }
          }
        }
        return new SourceText(yaml.lines().toList(), keys);
      }

      private static boolean isCut(List<String> path) {
        return switch (path.size()) {
          case 1 -> true;
          case 2 -> List.of(ContractPart.PATHS, COMPONENTS).contains(path.getFirst());
          case 3 -> path.getFirst().equals(COMPONENTS);
          default -> false;
        };
      }

      private static int line(JsonParser parser, List<String> path) {
        int line = parser.currentTokenLocation().getLineNr() - 1;
        int indentation = parser.currentTokenLocation().getColumnNr() - 1;
        if (indentation != 2 * (path.size() - 1)) {
          throw new IllegalArgumentException(
              "%s in line %d must be indented by %d blanks"
                  .formatted(path.getLast(), line + 1, 2 * (path.size() - 1)));
        }
        return line;
      }

      List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
          int end = i + 1 < keys.size() ? start(keys.get(i + 1)) : lines.size();
          blocks.add(new Block(keys.get(i).path(), text(start(keys.get(i)), end)));
        }
        return blocks;
      }

      /** The lines before the first of these top-level members; all when there is none. */
      String before(List<String> members) {
        return text(
            0,
            keys.stream()
                .filter(key -> key.path().size() == 1 && members.contains(key.path().getFirst()))
                .mapToInt(this::start)
                .min()
                .orElse(lines.size()));
      }

      /** Comments directly above a key, with the same indentation, belong to it. */
      private int start(Key key) {
        String comment = " ".repeat(2 * (key.path().size() - 1)) + "#";
        int start = key.line();
        while (start > 0 && lines.get(start - 1).startsWith(comment)) {
          start--;
        }
        return start;
      }

      private String text(int from, int to) {
        return lines.subList(from, to).stream()
            .map(line -> line + "\n")
            .collect(Collectors.joining());
      }
    }
  }

  /**
   * One path or one component of a source document.
   *
   * @param kind {@code paths}, or the member of {@code components} that contains it
   * @param text its lines as written, with the comments directly above it and the blank lines below
   */
  record ContractPart(String kind, String name, String text, JsonNode value) {
    static final String PATHS = "paths";

    /** The allowed kinds of components, in the order of the bundle. */
    static final List<String> COMPONENTS =
        List.of(
            "securitySchemes", "parameters", "headers", "requestBodies", "responses", "schemas");

    boolean isPath() {
      return kind.equals(PATHS);
    }

    /** Unique in the bundle; identifies the part in errors. */
    String key() {
      return key(kind, name);
    }

    static String key(String kind, String name) {
      return kind.equals(PATHS) ? "path " + name : kind + "/" + name;
    }
  }
}

package io.mirrorneuron.gateway.contract.bundle;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The lines of a document under each of its members, each path and each component. Those keys must
 * be indented by two blanks a level, so that their lines mean the same in another document.
 */
final class SourceText {
  private static final String COMPONENTS = "components";

  /**
   * @param path the key, behind the keys that it stands under
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
   * @throws IllegalArgumentException when a key is not indented as it must be
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

  /** Comments directly above a key, indented as it is, belong to it. */
  private int start(Key key) {
    String comment = " ".repeat(2 * (key.path().size() - 1)) + "#";
    int start = key.line();
    while (start > 0 && lines.get(start - 1).startsWith(comment)) {
      start--;
    }
    return start;
  }

  private String text(int from, int to) {
    return lines.subList(from, to).stream().map(line -> line + "\n").collect(Collectors.joining());
  }
}

package io.mirrorneuron.bundle;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** Positions of values in a text, counted from 1, as a tree parallel to the tree of values. */
final class Places {
  private final int line;
  private final int column;
  private Map<String, Places> below = Map.of();

  Places(int line, int column) {
    this.line = line;
    this.column = column;
  }

  int line() {
    return line;
  }

  int column() {
    return column;
  }

  /** Adds that of a member, or of the next entry of a list. */
  Places add(String member, Places place) {
    if (below.isEmpty()) {
      below = new HashMap<>();
    }
    below.put(member, place);
    return place;
  }

  int size() {
    return below.size();
  }

  /**
   * The place of a value; of one that is not there, of what it should be in.
   *
   * @param pointer a JSON pointer from here
   */
  Places nearest(String pointer) {
    Places found = this;
    for (String member : pointer.isEmpty() ? new String[0] : pointer.substring(1).split("/", -1)) {
      Places next = found.below.get(member.replace("~1", "/").replace("~0", "~"));
      if (next == null) {
        return found;
      }
      found = next;
    }
    return found;
  }

  /** Those of JSON that was read before. A member begins with its name. */
  static Places ofJson(String text) {
    Places root = new Places(1, 1);
    try (JsonParser parser = Json.MAPPER.createParser(text)) {
      Deque<Places> open = new ArrayDeque<>();
      Places member = root;
      while (parser.nextToken() != null) {
        JsonToken token = parser.currentToken();
        if (token.isStructEnd()) {
          open.pop();
          member = null;
          continue;
        }
        JsonLocation at = parser.currentTokenLocation();
        Places here = new Places(at.getLineNr(), at.getColumnNr());
        if (token == JsonToken.FIELD_NAME) {
          member = open.element().add(parser.currentName(), here);
          continue;
        }
        if (member == null) {
          member = open.element().add(Integer.toString(open.element().size()), here);
        }
        if (token.isStructStart()) {
          open.push(member);
        }
        member = null;
      }
      return root;
    } catch (IOException e) { // it cannot be read any more: then the whole is the place
      return root;
    }
  }
}

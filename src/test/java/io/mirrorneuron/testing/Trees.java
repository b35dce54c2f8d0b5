package io.mirrorneuron.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;

/** Records as clients read them, for tests that look at members as clients do. */
public final class Trees {
  private Trees() {}

  /** The JSON form of an answer. */
  public static ObjectNode tree(Object answer) {
    return Json.parseObject(Json.write(answer), "answer");
  }
}

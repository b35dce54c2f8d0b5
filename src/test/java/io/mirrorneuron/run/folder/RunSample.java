package io.mirrorneuron.run.folder;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A run in a store of its own, written as programs do. JSON has single quotes. */
public final class RunSample {
  private final RunFolder folder;

  public RunSample(Path root) {
    try (RunStore store = new RunStore(root, new RunWriter.Elsewhere())) {
      folder = store.open("run-1");
    }
  }

  public RunFolder folder() {
    return folder;
  }

  public RunSample lines(String file, String... lines) throws IOException {
    for (String line : lines) {
      Files.writeString(
          folder.path().resolve(file),
          line.replace('\'', '"') + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
    return this;
  }

  public RunSample document(String name, String json) {
    folder.write(name, object(json));
    return this;
  }

  /** The document as a reader gets it, to be compared with others that were read. */
  public static ObjectNode read(ObjectNode document) {
    return Json.parseObject(Json.write(document), "document");
  }

  public static ObjectNode object(String json) {
    return Json.parseObject(json.replace('\'', '"'), "sample");
  }
}

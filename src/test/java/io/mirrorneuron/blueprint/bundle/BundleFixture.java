package io.mirrorneuron.blueprint.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.blueprint.bundle.BundleOrigin.RunIdentity;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A bundle that a test writes, and what is made of it. */
record BundleFixture(Path folder) {
  static final RunIdentity IDENTITY = new RunIdentity("demo", "demo-1", "");

  /** Of a text with single quotes for double ones. */
  static Map<String, Object> object(String json) {
    return BundleDocument.plain(Json.parseObject(json.replace('\'', '"'), "test"));
  }

  /**
   * @param text with single quotes for double ones in files of JSON
   */
  BundleFixture write(String name, String text) {
    try {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, name.endsWith(".json") ? text.replace('\'', '"') : text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  BundleFixture manifest(String json) {
    return write("manifest.json", json);
  }

  BlueprintBundle read() {
    return BlueprintBundle.at(folder);
  }

  ConfiguredBundle configured(String request, String answers) {
    return ConfiguredBundle.of(read(), object(request), object(answers));
  }

  /** The manifest that is submitted, with what the request says. */
  JsonNode prepared(String request, String answers) {
    return Json.parseObject(configured(request, answers).manifest(IDENTITY, false), "prepared");
  }
}

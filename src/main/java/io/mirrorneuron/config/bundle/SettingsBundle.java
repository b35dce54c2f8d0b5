package io.mirrorneuron.config.bundle;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The documents of {@code conf}, which people read as YAML, in this jar as JSON, made by the build:
 * to read YAML would be a twentieth of a start.
 */
public final class SettingsBundle {
  private SettingsBundle() {}

  /** Arguments: the folder of the documents, and the one that the bundle is written to. */
  public static void main(String[] arguments) throws IOException {
    Path to = Files.createDirectories(Path.of(arguments[1]));
    try (DirectoryStream<Path> documents =
        Files.newDirectoryStream(Path.of(arguments[0]), "*.yaml")) {
      for (Path document : documents) {
        String name = document.getFileName().toString().replace(".yaml", ".json");
        Files.writeString(to.resolve(name), json(document));
      }
    }
  }

  static String json(Path document) throws IOException {
    YAMLMapper yaml =
        YAMLMapper.builder().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).build();
    return Json.write(yaml.readTree(Files.readString(document)));
  }

  /** A document as JSON, by its name without suffix; empty when there is none. */
  public static Optional<String> find(String name) {
    try (InputStream in = SettingsBundle.class.getResourceAsStream("/conf/" + name + ".json")) {
      return in == null
          ? Optional.empty()
          : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("conf/" + name + " cannot be read", e);
    }
  }
}

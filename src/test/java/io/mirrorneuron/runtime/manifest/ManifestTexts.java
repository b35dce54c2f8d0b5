package io.mirrorneuron.runtime.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What authors write, and how it is refused. */
public final class ManifestTexts {
  private ManifestTexts() {}

  public static JsonNode json(String text) {
    try {
      return Json.parse(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** A file beside the tests. */
  static String resource(String name) {
    try (InputStream in = ManifestTexts.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  /** Why these do not read the text; fails when they do. */
  static MnException refusal(Manifests manifests, String text) {
    MnException failure = catchThrowableOfType(MnException.class, () -> manifests.parse(text));
    assertThat(failure).as("refusal of %.300s", text).isNotNull();
    return failure;
  }
}

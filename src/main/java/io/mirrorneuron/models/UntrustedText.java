package io.mirrorneuron.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.Objects;

/** Sanitizes another server's error text for display: short, printable, without the key. */
public final class UntrustedText {
  private static final int MOST = 200;
  private static final String HIDDEN = "[REDACTED]";

  /** As OpenAI and those like it word a failure. */
  private record ErrorBody(Error error, String message) {}

  private record Error(String message) {}

  private UntrustedText() {}

  /**
   * @param text JSON or a sentence; of a page for people nothing is repeated
   * @param key that must not be shown; empty for none
   */
  public static String of(String text, String key) {
    String said = text.strip();
    if (said.startsWith("<")) {
      return "";
    }
    String hidden = key.isEmpty() ? sentence(said) : sentence(said).replace(key, HIDDEN);
    String plain = hidden.replaceAll("(?i)bearer\\s+\\S+", "Bearer " + HIDDEN);
    String printable = plain.replaceAll("\\p{C}+", " ").strip();
    return printable.length() > MOST ? printable.substring(0, MOST) + "…" : printable;
  }

  private static String sentence(String said) {
    try {
      ErrorBody reported = LenientJson.read(Json.parse(said), ErrorBody.class);
      String inner = reported.error() == null ? null : reported.error().message();
      return Objects.requireNonNullElse(
          inner == null ? reported.message() : inner, said.startsWith("{") ? "" : said);
    } catch (JsonProcessingException e) {
      return said;
    }
  }
}

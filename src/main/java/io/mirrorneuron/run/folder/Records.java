package io.mirrorneuron.run.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Timestamps;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.regex.Pattern;

/**
 * Serializes records of line files and documents; limits their size and reads their times. Pure.
 */
public final class Records {
  /** Longest line in bytes, without its end. */
  public static final int MAX_BYTES = 64 << 10;

  private static final int PREVIEW_CHARS = 2000;
  private static final Pattern LOST_PLUS = Pattern.compile("(T.*) (\\d\\d:?\\d\\d)$");
  private static final ObjectWriter SORTED =
      Json.MAPPER.writer().with(JsonNodeFeature.WRITE_PROPERTIES_SORTED);

  private Records() {}

  /**
   * A record as a line, members sorted. In a record that is too long the largest members are
   * replaced by {@code {truncated: true, chars, preview}} until it fits.
   */
  public static byte[] line(ObjectNode record) {
    String text = write(record);
    if (isTooLong(text)) {
      ObjectNode shorter = record.deepCopy();
      while (isTooLong(text) && shortenLargest(shorter)) {
        text = write(shorter);
      }
    }
    return (text + '\n').getBytes(StandardCharsets.UTF_8);
  }

  /** A document as indented JSON, members sorted. */
  static byte[] document(ObjectNode document) {
    try {
      return SORTED.withDefaultPrettyPrinter().writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree cannot be written", e);
    }
  }

  /** The time of the record ({@code ts} or {@code timestamp}), or null. */
  public static Instant time(JsonNode record) {
    return time(timeText(record));
  }

  /** Parses the time of a record or document; null when it is none. */
  public static Instant time(String text) {
    return Timestamps.instant(text);
  }

  /**
   * Parses the start time of a query: a time as in records, also with a {@code +} that became a
   * blank in the URL, or a day, which begins in UTC.
   *
   * @param parameter its name, for the error
   * @throws MnException INVALID
   */
  public static Instant since(String parameter, String text) {
    Instant time = time(LOST_PLUS.matcher(text).replaceFirst("$1+$2"));
    try {
      return time == null ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant() : time;
    } catch (DateTimeException e) {
      throw MnException.invalid(parameter + " must be a time such as 2026-06-20T10:00:00Z");
    }
  }

  /** The time as written; empty when the record has none. */
  public static String timeText(JsonNode record) {
    return record.path("ts").asText(record.path("timestamp").asText(""));
  }

  private static boolean isTooLong(String text) {
    return text.length() > MAX_BYTES / 3
        && text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES;
  }

  /** Shortens the record or, so that its other members stay, its payload. */
  private static boolean shortenLargest(ObjectNode record) {
    ObjectNode where =
        record.get("payload") instanceof ObjectNode payload
                && write(payload).length() > PREVIEW_CHARS
            ? payload
            : record;
    String largest = null;
    String text = "";
    for (var member : where.properties()) {
      String one = write(member.getValue());
      if (one.length() > text.length() && !member.getValue().path("truncated").asBoolean()) {
        largest = member.getKey();
        text = one;
      }
    }
    if (largest == null || text.length() <= PREVIEW_CHARS) {
      return where != record && replace(record, "payload", write(where));
    }
    JsonNode value = where.get(largest);
    return replace(where, largest, value.isTextual() ? value.textValue() : text);
  }

  private static boolean replace(ObjectNode where, String member, String text) {
    where
        .putObject(member)
        .put("truncated", true)
        .put("chars", text.length())
        .put("preview", text.substring(0, Math.min(PREVIEW_CHARS, text.length())));
    return true;
  }

  /** JSON without blanks and with sorted members, so that equal values are equal texts. */
  public static String write(JsonNode json) {
    try {
      return SORTED.writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree cannot be written", e);
    }
  }
}

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

/** Records of line files and documents: their bytes, their limit, their time. Pure. */
public final class Records {
  /** Bytes of a line at most, without its end. */
  public static final int MAX_BYTES = 64 << 10;

  private static final int PREVIEW_CHARS = 2000;
  private static final Pattern LOST_PLUS = Pattern.compile("(T.*) (\\d\\d:?\\d\\d)$");
  private static final ObjectWriter SORTED =
      Json.MAPPER.writer().with(JsonNodeFeature.WRITE_PROPERTIES_SORTED);

  private Records() {}

  /**
   * The line of a record, members sorted, with its end. Of a record that is too long the largest
   * members are replaced by {@code {truncated: true, chars, preview}} until it fits.
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

  /** The bytes of a document, members sorted, for people to read. */
  static byte[] document(ObjectNode document) {
    try {
      return SORTED.withDefaultPrettyPrinter().writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree cannot be written", e);
    }
  }

  /** When the record says it was written ({@code ts} or {@code timestamp}), or null. */
  public static Instant time(JsonNode record) {
    return time(timeText(record));
  }

  /** The moment that a text of a record or document means, or null. */
  public static Instant time(String text) {
    return Timestamps.instant(text);
  }

  /**
   * The moment that somebody asks from: a time as records have it, also one whose {@code +} has
   * become a blank on the way, or a day, which begins in UTC.
   *
   * @param parameter that has it
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

  /** The same as the record has it; empty when it has none. */
  public static String timeText(JsonNode record) {
    return record.path("ts").asText(record.path("timestamp").asText(""));
  }

  private static boolean isTooLong(String text) {
    return text.length() > MAX_BYTES / 3
        && text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES;
  }

  /** Of the record or, so that its other members stay, of its payload. */
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

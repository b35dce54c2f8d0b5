package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Timestamps;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A JSON document whose elapsed times keep counting: it is encoded once as text with gaps, and each
 * read fills in the current times. Immutable.
 */
public final class ClockTemplate {
  /** Delimits a gap; JSON text never contains this character unescaped. */
  private static final char MARK = '\u0001';

  private static final String NOW = "now";

  private final List<byte[]> texts = new ArrayList<>();

  /**
   * Start of the seconds in each gap, in milliseconds since the epoch; 0: the gap is the time
   * itself.
   */
  private final List<Long> places = new ArrayList<>();

  /**
   * The seconds between two times; they keep counting until the end is known.
   *
   * @param from in milliseconds since the epoch; 0: not started, no time passes
   * @param to 0: not ended
   */
  static JsonNode elapsed(long from, long to) {
    return from != 0 && to == 0
        ? mark(Long.toString(from))
        : DecimalNode.valueOf(seconds(from == 0 ? 0 : to - from));
  }

  /** The time at which the document is read. */
  static JsonNode now() {
    return mark(NOW);
  }

  private static JsonNode mark(String place) {
    return new POJONode(new RawValue(MARK + place + MARK));
  }

  public static ClockTemplate of(JsonNode document) {
    ClockTemplate ticking = new ClockTemplate();
    byte[] all;
    try {
      all = Json.MAPPER.writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a document cannot be written as JSON", e);
    }
    int start = 0;
    int mark = next(all, 0);
    while (mark < all.length) {
      int end = next(all, mark + 1);
      ticking.texts.add(slice(all, start, mark));
      String place = new String(all, mark + 1, end - mark - 1, StandardCharsets.US_ASCII);
      ticking.places.add(place.equals(NOW) ? 0 : Long.parseLong(place));
      start = end + 1;
      mark = next(all, start);
    }
    ticking.texts.add(slice(all, start, all.length));
    return ticking;
  }

  private static int next(byte[] bytes, int from) {
    int at = from;
    while (at < bytes.length && bytes[at] != MARK) {
      at++;
    }
    return at;
  }

  private static byte[] slice(byte[] bytes, int start, int end) {
    return Arrays.copyOfRange(bytes, start, end);
  }

  /** Size in bytes, without the times. */
  public int length() {
    return length(texts);
  }

  /** The document at this time, in milliseconds since the epoch. */
  public byte[] at(long now) {
    List<byte[]> times = places.stream().map(since -> shown(since, now)).toList();
    byte[] all = new byte[length(texts) + length(times)];
    int end = 0;
    for (int i = 0; i < texts.size(); i++) {
      end = copy(texts.get(i), all, end);
      end = i < times.size() ? copy(times.get(i), all, end) : end;
    }
    return all;
  }

  private static byte[] shown(long since, long now) {
    String shown = since == 0 ? '"' + Timestamps.text(now) + '"' : seconds(now - since).toString();
    return shown.getBytes(StandardCharsets.US_ASCII);
  }

  private static int length(List<byte[]> parts) {
    return parts.stream().mapToInt(part -> part.length).sum();
  }

  private static int copy(byte[] part, byte[] to, int at) {
    System.arraycopy(part, 0, to, at, part.length);
    return at + part.length;
  }

  /** With three digits; never negative. */
  private static BigDecimal seconds(long millis) {
    return BigDecimal.valueOf(Math.max(0, millis), 3);
  }
}

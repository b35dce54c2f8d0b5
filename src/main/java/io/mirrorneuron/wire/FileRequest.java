package io.mirrorneuron.wire;

import io.mirrorneuron.wire.FileDocument.FileFacts;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;

/**
 * The headers of an HTTP request for a file; null where absent.
 *
 * @param isHead whether only the head of the answer is wanted
 */
public record FileRequest(
    String range, String ifRange, String ifNoneMatch, String ifModifiedSince, boolean isHead) {

  /** The JDK's own RFC 1123 format writes days below 10 with one digit. */
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  public static String date(Instant moment) {
    return HTTP_DATE.format(moment);
  }

  /** Whether the client has the current file. */
  public boolean isKnown(FileFacts file) {
    if (ifNoneMatch != null) {
      return Arrays.stream(ifNoneMatch.split(","))
          .map(tag -> tag.strip().replaceFirst("^W/", ""))
          .anyMatch(tag -> tag.equals("*") || tag.equals(file.tag()));
    }
    Instant since = read(ifModifiedSince);
    return since != null && !file.modified().isAfter(since);
  }

  /** The requested part; null when the file has no such part. */
  public ByteRange part(FileFacts file) {
    return isHead || range == null || !rangeApplies(file)
        ? ByteRange.whole(file.size())
        : ByteRange.of(range, file.size());
  }

  /** Bytes that follow the head of the answer; null for none. */
  public ByteRange body(FileFacts file) {
    ByteRange part = isHead || isKnown(file) ? null : part(file);
    return part == null || part.length() == 0 ? null : part;
  }

  /** Whether {@code If-Range} is absent or matches the current file. */
  private boolean rangeApplies(FileFacts file) {
    return ifRange == null || ifRange.equals(file.tag()) || file.modified().equals(read(ifRange));
  }

  private static Instant read(String header) {
    try {
      return header == null ? null : HTTP_DATE.parse(header, Instant::from);
    } catch (DateTimeException e) {
      return null;
    }
  }
}

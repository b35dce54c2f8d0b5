package io.mirrorneuron.wire;

import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;

/**
 * A file that is answered, as it is now; bytes that are added later are not sent.
 *
 * @param size in bytes
 * @param modified to the second, as HTTP tells it
 * @param tag another one whenever the file has changed
 * @param fileName under which it is to be kept; null when it may be looked at
 */
public record FileFacts(
    long size, Instant modified, String tag, String contentType, String fileName) {

  /**
   * @param identity the same for all names of one file
   */
  public static FileFacts of(long size, FileTime modified, Object identity, FileDocument document) {
    String tag =
        "\"%x-%x-%x\""
            .formatted(
                modified.to(TimeUnit.NANOSECONDS), size, String.valueOf(identity).hashCode());
    Instant second = modified.toInstant().truncatedTo(ChronoUnit.SECONDS);
    return new FileFacts(size, second, tag, document.contentType(), document.fileName());
  }
}

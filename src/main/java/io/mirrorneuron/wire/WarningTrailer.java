package io.mirrorneuron.wire;

import io.mirrorneuron.model.MnException;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The warnings of a submission as a trailer, because the reply has no room for them. Other clients
 * ignore it.
 */
public final class WarningTrailer {
  /** Header lists end at 8 KiB in common clients; encoding adds a third. */
  private static final int MOST_BYTES = 4096;

  private WarningTrailer() {}

  /** Sends the first warnings and the number of the rest; nothing without warnings. */
  public static void write(List<String> warnings, MultiMap trailers) {
    List<String> sent = new ArrayList<>();
    int bytes = 0;
    for (String warning : warnings) {
      bytes += Json.write(Json.MAPPER.valueToTree(warning)).getBytes(StandardCharsets.UTF_8).length;
      if (bytes > MOST_BYTES) {
        sent.add("and %d more warnings".formatted(warnings.size() - sent.size()));
        break;
      }
      sent.add(warning);
    }
    if (!sent.isEmpty()) {
      trailers.set(
          GrpcMetadata.WARNINGS,
          GrpcMetadata.binary(
              Json.write(Json.object().set("warnings", Json.MAPPER.valueToTree(sent)))));
    }
  }

  /** Empty when the trailer is missing or damaged. */
  public static List<String> read(MultiMap trailers) {
    String sent = trailers.get(GrpcMetadata.WARNINGS);
    if (sent == null) {
      return List.of();
    }
    try {
      String text = GrpcMetadata.text(GrpcMetadata.WARNINGS, sent);
      return Json.read(text, Sent.class, GrpcMetadata.WARNINGS).warnings;
    } catch (MnException damaged) {
      return List.of();
    }
  }

  private record Sent(List<String> warnings) {
    Sent {
      warnings = warnings == null ? List.of() : warnings;
    }
  }
}

package io.mirrorneuron.golden;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** A zip as text: its entries in their order, each with how it was packed and what it holds. */
final class ZipText {
  /** As the JDK's own text leaves out seconds that are zero. */
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss");

  private ZipText() {}

  static String of(byte[] zip) {
    StringBuilder text = new StringBuilder();
    try (ZipInputStream entries = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
        String content = new String(entries.readAllBytes(), StandardCharsets.UTF_8);
        text.append("==== ").append(entry.getName());
        text.append(entry.getMethod() == ZipEntry.STORED ? ", stored" : ", deflated");
        text.append(", ").append(SECONDS.format(entry.getTimeLocal())).append('\n').append(content);
        text.append(content.endsWith("\n") ? "" : "\n(no line feed)\n");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}

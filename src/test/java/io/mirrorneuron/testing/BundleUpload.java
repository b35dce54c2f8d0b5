package io.mirrorneuron.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** A bundle as it is uploaded. */
public final class BundleUpload {
  /** Separates the parts of {@link #multipart}. */
  public static final String BOUNDARY = "parts-end-here";

  private BundleUpload() {}

  /** All files below the folder. */
  public static byte[] of(Path folder) throws IOException {
    Zips zip = new Zips();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        zip.file(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return zip.bytes();
  }

  /** A form with the zip as its one part, {@code bundle}. */
  public static byte[] multipart(byte[] zip) {
    return multipart("bundle", zip);
  }

  /** A form with the zip as its one part of this name. */
  public static byte[] multipart(String field, byte[] zip) {
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    form.writeBytes(
        """
        --%s\r
        Content-Disposition: form-data; name="%s"; filename="%s.zip"\r
        Content-Type: application/zip\r
        \r
        """
            .formatted(BOUNDARY, field, field)
            .getBytes(StandardCharsets.UTF_8));
    form.writeBytes(zip);
    form.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
    return form.toByteArray();
  }

  /** The content of the one part of such a form. */
  public static byte[] file(byte[] form) {
    String text = new String(form, StandardCharsets.ISO_8859_1);
    int start = text.indexOf("\r\n\r\n") + 4;
    return Arrays.copyOfRange(form, start, text.lastIndexOf("\r\n--" + BOUNDARY));
  }
}

package io.mirrorneuron.cli;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.io.FileNotFoundException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;

/**
 * A zip as the only part of a form.
 *
 * @param field name of the part
 */
record FilePart(String field, Path file) {
  /** No zip has this line: its bytes are packed. */
  private static final String BOUNDARY = "mn-the-file-ends-here-7f3a9c51e0d84b26";

  String type() {
    return "multipart/form-data; boundary=" + BOUNDARY;
  }

  /**
   * @throws MnException INTERNAL when the file is gone
   */
  BodyPublisher body() {
    String head =
        "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"bundle.zip\"\r\n\r\n"
            .formatted(BOUNDARY, field);
    try {
      return BodyPublishers.concat(
          BodyPublishers.ofString(head),
          BodyPublishers.ofFile(file),
          BodyPublishers.ofString("\r\n--" + BOUNDARY + "--\r\n"));
    } catch (FileNotFoundException e) {
      throw new MnException(ErrorCode.INTERNAL, "not_read", file + " cannot be read");
    }
  }
}

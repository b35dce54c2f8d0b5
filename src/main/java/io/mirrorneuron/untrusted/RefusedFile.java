package io.mirrorneuron.untrusted;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What has the name of a file is none that may be read or written. To whoever asks for the file it
 * is as if there were none.
 */
public final class RefusedFile extends NoSuchFileException {
  private static final long serialVersionUID = 1;

  /**
   * @param reason what is wrong with it, to follow its name: {@code is a symbolic link}
   */
  RefusedFile(Path file, String reason) {
    super(file.toString(), null, reason);
  }
}

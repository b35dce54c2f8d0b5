package io.mirrorneuron.runtime.remote;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An event of a remote task, for the owner of its job.
 *
 * @param name of a file; else empty
 */
record RemoteEvent(long number, String kind, String name, Content content) {
  static final String LOGS = "logs";
  static final String SAMPLES = "samples";

  /** A large value; its name is its SHA-256. */
  static final String ARTIFACT = "artifact";

  /** A file of the run; its name is its path. */
  static final String FILE = "file";

  static final String SIGN_OF_LIFE = "alive";

  sealed interface Content {
    long size();

    InputStream open() throws IOException;

    /** It is not read again. */
    default void drop() {}
  }

  record Bytes(byte[] bytes) implements Content {
    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(bytes);
    }
  }

  /**
   * @param isOurs whether the file exists only for this event
   */
  record Stored(Path file, long size, boolean isOurs) implements Content {
    @Override
    public InputStream open() throws IOException {
      return Files.newInputStream(file);
    }

    @Override
    public void drop() {
      if (isOurs) {
        RemoteTaskFolders.delete(file);
      }
    }
  }
}

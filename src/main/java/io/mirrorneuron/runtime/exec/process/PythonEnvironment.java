package io.mirrorneuron.runtime.exec.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * A finished virtual environment in its own folder {@code env-N} below the folder of its key. Its
 * scripts contain that path, so it is never moved. The file {@code ready} names the environment to
 * use and is written last, so an unfinished build is never used.
 *
 * @param folder {@code VIRTUAL_ENV} of programs
 */
public record PythonEnvironment(Path folder) {
  /** Prefix of a shell script. */
  static final String RESTORE_PATH = "export PATH=\"$VIRTUAL_ENV/bin:$PATH\"; ";

  private static final String READY = "ready";

  /** The environment of this key; empty if none is finished or its interpreter is gone. */
  public static Optional<PythonEnvironment> in(Path keyFolder) throws IOException {
    try {
      String name = Files.readString(keyFolder.resolve(READY)).strip();
      return Optional.of(new PythonEnvironment(keyFolder.resolve(name)))
          .filter(environment -> Files.isExecutable(environment.interpreter()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Makes this the environment of its key, atomically. */
  public void publish() throws IOException {
    Path draft = folder.resolveSibling(READY + ".new");
    Files.writeString(draft, folder.getFileName() + "\n");
    Files.move(draft, folder.resolveSibling(READY), StandardCopyOption.ATOMIC_MOVE);
  }

  Path interpreter() {
    return folder.resolve("bin/python");
  }

  String bin() {
    return folder.resolve("bin").toString();
  }
}

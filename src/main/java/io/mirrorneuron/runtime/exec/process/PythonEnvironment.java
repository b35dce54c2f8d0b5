package io.mirrorneuron.runtime.exec.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * A finished virtual environment. Each lies in a folder of its own, {@code env-N} below the folder
 * of its key: its scripts name that place, so it is never moved. The file {@code ready} names the
 * one to use and is written last; an unfinished build is not named anywhere.
 *
 * @param folder what programs know as {@code VIRTUAL_ENV}
 */
public record PythonEnvironment(Path folder) {
  /** For the beginning of a shell script. */
  static final String RESTORE_PATH = "export PATH=\"$VIRTUAL_ENV/bin:$PATH\"; ";

  private static final String READY = "ready";

  /** The environment of this key, unless none was finished or its interpreter is gone. */
  public static Optional<PythonEnvironment> in(Path keyFolder) throws IOException {
    try {
      String name = Files.readString(keyFolder.resolve(READY)).strip();
      return Optional.of(new PythonEnvironment(keyFolder.resolve(name)))
          .filter(environment -> Files.isExecutable(environment.interpreter()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Makes this the environment of its key, in one step. */
  public void publish() throws IOException {
    Path draft = folder.resolveSibling(READY + ".new");
    Files.writeString(draft, folder.getFileName() + "\n");
    Files.move(draft, folder.resolveSibling(READY), StandardCopyOption.ATOMIC_MOVE);
  }

  Path interpreter() {
    return folder.resolve("bin/python");
  }

  /** Where its programs are. */
  String bin() {
    return folder.resolve("bin").toString();
  }
}

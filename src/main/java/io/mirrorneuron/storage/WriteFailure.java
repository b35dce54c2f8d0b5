package io.mirrorneuron.storage;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

/** Explains failed writes, where Java's message is only a file name. */
public final class WriteFailure {
  private WriteFailure() {}

  /** INTERNAL {@code not_written}. */
  public static MnException of(Path file, IOException why) {
    String reason = reason(Objects.requireNonNullElse(file.getParent(), Path.of(".")), why);
    return new MnException(
        ErrorCode.INTERNAL, "not_written", file + " cannot be written: " + reason, null, why);
  }

  /**
   * @param folder in which something was to be written
   */
  public static String reason(Path folder, IOException why) {
    Path there = folder.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    boolean isFolderThere = there.equals(folder.toAbsolutePath());
    Path reported = isFolderThere ? folder : there;
    if (!Files.isDirectory(there)) {
      return reported + " is a file";
    }
    if (why instanceof AccessDeniedException) {
      return reported + " may not be written to";
    }
    if (why instanceof NoSuchFileException && !isFolderThere) {
      return "there is no folder " + folder;
    }
    return why instanceof FileSystemException system
        ? Objects.requireNonNullElse(system.getReason(), "the system refused")
        : why.getMessage();
  }
}

package io.mirrorneuron.storage;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Recognises failures caused by a full disk. Java has no type for them: only the operating system's
 * sentence identifies them, possibly among the causes of a failure.
 */
public final class OutOfRoom {
  /** ENOSPC and EDQUOT as Linux and macOS word them. */
  private static final List<String> WORDS =
      List.of("No space left on device", "Disk quota exceeded", "Disc quota exceeded");

  /** Causes looked at; longer chains are assumed to be cyclic. */
  private static final int DEEPEST = 20;

  private OutOfRoom() {}

  /** Whether a write failed because a disk is full or a quota used up. */
  public static boolean isIn(Throwable failure) {
    return causes(failure).anyMatch(OutOfRoom::says);
  }

  /**
   * Why a folder cannot be used, and what can be done about it where that is known; for a sentence
   * that names the folder.
   */
  public static String reason(IOException failure) {
    return isIn(failure) ? "its disk is full; make room there" : failure.toString();
  }

  /** The file that could not be written, when the failure names one. */
  static Optional<Path> file(Throwable failure) {
    return causes(failure)
        .filter(OutOfRoom::says)
        .filter(FileSystemException.class::isInstance)
        .map(cause -> ((FileSystemException) cause).getFile())
        .filter(file -> file != null)
        .findFirst()
        .flatMap(OutOfRoom::path);
  }

  private static Optional<Path> path(String text) {
    try {
      return Optional.of(Path.of(text).toAbsolutePath().normalize());
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static boolean says(Throwable cause) {
    String text = cause.getMessage();
    return cause instanceof IOException && text != null && WORDS.stream().anyMatch(text::contains);
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, cause -> cause != null, Throwable::getCause).limit(DEEPEST);
  }
}

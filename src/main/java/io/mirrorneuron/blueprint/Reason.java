package io.mirrorneuron.blueprint;

import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Why a remote could not be read, for callers and logs: no password and no place on our disk. */
final class Reason {
  /** Of a chain of causes. */
  private static final int MOST = 5;

  private static final int SHOWN_CHARS = 500;

  private Reason() {}

  /**
   * @param cache the folder that is not told
   */
  static String of(Throwable failure, Path cache) {
    List<String> words = new ArrayList<>();
    Throwable cause = failure;
    for (int i = 0; i < MOST && cause != null; i++) {
      String told = words(cause);
      if (words.stream().noneMatch(before -> before.contains(told))) {
        words.add(told);
      }
      cause = cause.getCause();
    }
    String all =
        String.join(": ", words)
            .replace(cache.toString(), "the cache of catalogs")
            .replaceAll("/proc/self/fd/\\d+", "the cache of catalogs")
            .replaceAll("://[^/\\s]*@", "://")
            .replaceAll("\\p{Cntrl}+", " ");
    return all.length() <= SHOWN_CHARS ? all : all.substring(0, SHOWN_CHARS) + "…";
  }

  private static String words(Throwable cause) {
    String message = cause.getMessage();
    String kind = cause.getClass().getSimpleName();
    if (cause instanceof FileSystemException file) { // whose message may be a path and nothing else
      return file.getReason() == null ? kind + " in the cache of catalogs" : file.getReason();
    }
    return message == null || message.isBlank() ? kind : message;
  }
}

package io.mirrorneuron.run.folder;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** A number that changes whenever records or documents of a run have changed. */
public final class FolderStamp {
  private FolderStamp() {}

  /** The answer looks at the disk each time it is called. */
  public static LongSupplier of(Path folder) {
    List<File> logs =
        Stream.of(RunLog.values()).map(log -> folder.resolve(log.file()).toFile()).toList();
    List<File> documents =
        Stream.of("job.json", "run.json").map(name -> folder.resolve(name).toFile()).toList();
    return () -> {
      long stamp = 0;
      for (File log : logs) {
        stamp = stamp * 31 + log.length();
      }
      for (File document : documents) {
        stamp = stamp * 31 + document.lastModified();
      }
      return stamp;
    };
  }
}

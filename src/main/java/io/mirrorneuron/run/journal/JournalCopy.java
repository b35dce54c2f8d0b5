package io.mirrorneuron.run.journal;

import io.mirrorneuron.untrusted.OpenFile;
import io.mirrorneuron.untrusted.UntrustedFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A copy of a journal, for a reader who may write nothing beside it: records have their numbers and
 * times in both, and the copy goes on as its reader looks.
 */
final class JournalCopy {
  private JournalCopy() {}

  /**
   * @param from of a run; it may have none
   * @param to an empty folder
   */
  static void of(Path from, Path to) throws IOException {
    for (Path segment : new JournalFiles(from, 0).segments()) {
      try (OpenFile source = UntrustedFiles.open(segment);
          FileChannel copy = UntrustedFiles.extend(to.resolve(segment.getFileName()))) {
        long size = source.channel().size(); // what is written meanwhile is read from the logs
        long at = 0;
        long some = size;
        while (at < size && some > 0) { // it may have been cut short
          some = source.channel().transferTo(at, size - at, copy);
          at += some;
        }
      } catch (NoSuchFileException e) {
        // gone since it was listed, or no segment
      }
    }
  }
}

package io.mirrorneuron.blueprint;

import io.mirrorneuron.store.bundle.StagedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Clones of repositories that no server has asked for a while: they are configured no more. */
record OldClones(Path cache, Duration kept, Clock clock) {
  private static final Logger LOG = LoggerFactory.getLogger(OldClones.class);
  private static final Pattern OURS = Pattern.compile(".+-[0-9a-f]{12}");

  /**
   * Removes them.
   *
   * @param used the clone that is in use, which is young from now on
   */
  void remove(Path used) throws IOException {
    Instant now = clock.instant();
    new StagedFolder(used).renew(now);
    try (Stream<Path> all = Files.list(cache)) {
      for (Path folder : (Iterable<Path>) all::iterator) {
        boolean isOurs =
            OURS.matcher(folder.getFileName().toString()).matches()
                && Files.isDirectory(folder.resolve(".git"));
        if (isOurs && new StagedFolder(folder).renewed().isBefore(now.minus(kept))) {
          LOG.info("removes {}: no server has asked for that catalog for {}", folder, kept);
          new StagedFolder(folder).delete();
        }
      }
    }
  }
}

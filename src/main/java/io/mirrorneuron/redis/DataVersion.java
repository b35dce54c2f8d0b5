package io.mirrorneuron.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Which server wrote the data of a folder last. An older one must not be started on them: it would
 * not find files that lie elsewhere since, and serve without them.
 */
final class DataVersion {
  private final Path file;

  DataVersion(Path folder) {
    this.file = folder.resolve("redis.version");
  }

  /** Empty in a new folder, and in one that was last used by a server before this was recorded. */
  Optional<RedisVersion> read() throws IOException {
    try {
      return RedisVersion.ofName(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  void write(RedisVersion version) throws IOException {
    if (!read().equals(Optional.of(version))) {
      Path fresh = file.resolveSibling("redis.version.new");
      Files.writeString(fresh, version + "\n");
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}

package io.mirrorneuron.redis;

import io.mirrorneuron.model.MnException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds a Redis program that runs on this machine: the bundled one, else {@code redis-server} or
 * {@code valkey-server} on the search path.
 */
final class RedisBinary {
  private static final Pattern VERSION = Pattern.compile("v=(\\d+)\\.(\\d+)");

  private final Path folder;
  private final String searchPath;

  /**
   * @param folder where the bundled program is unpacked to
   * @param searchPath folders to look in, as in {@code PATH}
   */
  RedisBinary(Path folder, String searchPath) {
    this.folder = folder;
    this.searchPath = searchPath;
  }

  /**
   * @throws MnException (UNAVAILABLE) when nothing runs here
   */
  Path find() {
    return bundled()
        .or(this::onSearchPath)
        .orElseThrow(
            () ->
                MnException.unavailable(
                    "no Redis runs here: install redis-server or valkey-server 6.2 or newer, or set"
                        + " MN_REDIS_URL",
                    null));
  }

  /** Unpacked once, and only kept when it runs here: it may miss a system library. */
  private Optional<Path> bundled() {
    String name = resource();
    Path program = folder.resolve(name).resolve("redis-server");
    if (Files.isExecutable(program)) {
      return Optional.of(program);
    }
    try (InputStream content = RedisBinary.class.getResourceAsStream("/" + name)) {
      if (content == null) {
        return Optional.empty();
      }
      Files.createDirectories(program.getParent());
      Path fresh = Files.createTempFile(program.getParent(), "redis", ".new");
      try {
        Files.copy(content, fresh, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwx------"));
        if (!isGoodEnough(fresh)) {
          return Optional.empty();
        }
        return Optional.of(Files.move(fresh, program, StandardCopyOption.ATOMIC_MOVE));
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      throw MnException.unavailable("Redis cannot be unpacked to " + folder, e);
    }
  }

  /** The name of the program for this system in the library's jar; it contains its version. */
  private static String resource() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    boolean arm = System.getProperty("os.arch").equals("aarch64");
    if (os.contains("mac")) {
      return "redis-server-6.2.6-v5-darwin-" + (arm ? "arm64" : "amd64");
    }
    return arm ? "redis-server-6.2.7-linux-arm64" : "redis-server-6.2.6-v5-linux-amd64";
  }

  private Optional<Path> onSearchPath() {
    List<Path> candidates = new ArrayList<>();
    for (String folderOnPath : searchPath.split(File.pathSeparator)) {
      candidates.add(Path.of(folderOnPath, "redis-server"));
      candidates.add(Path.of(folderOnPath, "valkey-server"));
    }
    return candidates.stream()
        .filter(Files::isExecutable)
        .filter(RedisBinary::isGoodEnough)
        .findFirst();
  }

  /** Whether it starts at all and is 6.2 or newer. */
  private static boolean isGoodEnough(Path program) {
    try {
      Process process = new ProcessBuilder(program.toString(), "--version").start();
      try (InputStream output = process.getInputStream()) {
        Matcher version = VERSION.matcher(new String(output.readAllBytes()));
        return process.waitFor(5, TimeUnit.SECONDS)
            && version.find()
            && Integer.parseInt(version.group(1)) * 100 + Integer.parseInt(version.group(2)) >= 602;
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

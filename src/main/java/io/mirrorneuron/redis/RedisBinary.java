package io.mirrorneuron.redis;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.redis.RedisVersion.Product;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;

/**
 * Finds a Redis program that runs on this machine: the newest of the bundled one and each {@code
 * redis-server} or {@code valkey-server} on the search path.
 */
final class RedisBinary {
  private static final RedisVersion BUNDLED = new RedisVersion(Product.REDIS, 7, 0, 15);
  private static final int OLDEST_LINE = 602;
  private static final long SECONDS_TO_TELL = 5;

  record Found(Path program, RedisVersion version) {}

  private final Path folder;
  private final String searchPath;

  /**
   * @param folder where the bundled program is unpacked to
   * @param searchPath folders to look in, as in {@code PATH}; relative ones are not looked in
   */
  RedisBinary(Path folder, String searchPath) {
    this.folder = folder;
    this.searchPath = searchPath;
  }

  /**
   * @param writer of the data that it must load; empty when it may be any
   * @throws MnException (UNAVAILABLE) when nothing that can runs here
   */
  Found find(Optional<RedisVersion> writer) {
    List<CompletableFuture<Optional<Found>>> asked = ask(); // while the bundled one is unpacked
    return Stream.concat(bundled().stream(), onSearchPath(asked))
        .filter(found -> writer.map(found.version()::reads).orElse(true))
        .reduce(BinaryOperator.maxBy((a, b) -> a.version().compareTo(b.version())))
        .orElseThrow(() -> MnException.unavailable(missing(writer), null));
  }

  private static String missing(Optional<RedisVersion> writer) {
    return writer
        .map(
            last ->
                "no Redis here reads the data that "
                    + last
                    + " wrote: install it or a newer one again, or set MN_REDIS_URL")
        .orElse(
            "no Redis runs here: install redis-server or valkey-server 6.2 or newer, or set"
                + " MN_REDIS_URL");
  }

  /** What the program says it is; empty when it does not run or is something else. */
  static Optional<RedisVersion> version(Path program) {
    try {
      Process process =
          new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
      try (InputStream output = process.getInputStream()) {
        return process.waitFor(SECONDS_TO_TELL, TimeUnit.SECONDS)
            ? RedisVersion.ofPrinted(new String(output.readAllBytes(), StandardCharsets.UTF_8))
            : Optional.empty();
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Unpacked once, and only kept when it runs here: it may miss a system library. */
  private Optional<Found> bundled() {
    String name = resource();
    Path program = folder.resolve(name).resolve("redis-server");
    Found found = new Found(program, BUNDLED);
    if (Files.isExecutable(program)) {
      return Optional.of(found);
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
        if (!version(fresh).equals(Optional.of(BUNDLED))) {
          return Optional.empty();
        }
        Files.move(fresh, program, StandardCopyOption.ATOMIC_MOVE);
        return Optional.of(found);
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
    return "redis-server-%d.%d.%d-%s-%s"
        .formatted(
            BUNDLED.major(),
            BUNDLED.minor(),
            BUNDLED.patch(),
            os.contains("mac") ? "darwin" : "linux",
            arm ? "arm64" : "amd64");
  }

  private static Stream<Found> onSearchPath(List<CompletableFuture<Optional<Found>>> asked) {
    return asked.stream()
        .flatMap(found -> found.join().stream())
        .filter(found -> found.version().line() >= OLDEST_LINE);
  }

  /** Begins to ask each program of the search path what it is, one of several names once. */
  private List<CompletableFuture<Optional<Found>>> ask() {
    Map<Path, Path> programs = new LinkedHashMap<>();
    Stream.of(searchPath.split(File.pathSeparator))
        .map(Path::of)
        .filter(Path::isAbsolute)
        .flatMap(on -> Stream.of(on.resolve("redis-server"), on.resolve("valkey-server")))
        .filter(Files::isExecutable)
        .forEach(program -> programs.putIfAbsent(real(program), program));
    return programs.values().stream()
        .map(
            program ->
                CompletableFuture.supplyAsync(
                    () -> version(program).map(version -> new Found(program, version)),
                    Thread::startVirtualThread))
        .toList();
  }

  private static Path real(Path program) {
    try {
      return program.toRealPath();
    } catch (IOException e) { // gone by now
      return program;
    }
  }
}

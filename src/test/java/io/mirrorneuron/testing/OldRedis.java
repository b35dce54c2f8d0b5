package io.mirrorneuron.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;

/**
 * The oldest Redis that may be used, 6.2, which was also the bundled one once: data that it wrote
 * must be read, and a server of this version that somebody names must do.
 */
public final class OldRedis {
  private static final List<String> MAC =
      List.of("redis-server-6.2.6-v5-darwin-amd64", "redis-server-6.2.6-v5-darwin-arm64");
  private static final List<String> LINUX =
      List.of("redis-server-6.2.6-v5-linux-amd64", "redis-server-6.2.7-linux-arm64");

  private OldRedis() {}

  /** Unpacks it as {@code redis-server} into a folder, which is made. */
  public static Path unpack(Path folder) throws IOException {
    boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
    int arm = System.getProperty("os.arch").equals("aarch64") ? 1 : 0;
    String name = (mac ? MAC : LINUX).get(arm);
    Path program = Files.createDirectories(folder).resolve("redis-server");
    try (InputStream content = OldRedis.class.getResourceAsStream("/" + name)) {
      Files.copy(content, program);
    }
    return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}

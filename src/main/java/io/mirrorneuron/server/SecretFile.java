package io.mirrorneuron.server;

import io.mirrorneuron.config.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/** Files that only their owner may read, replaced as a whole. */
public final class SecretFile {
  private static final int RANDOM_BYTES = 24;
  static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private SecretFile() {}

  /** The secret of the file; makes file and secret when there is none. */
  static Secret readOrMake(Path file, SecureRandom random) throws IOException {
    String kept = Files.exists(file) ? Files.readString(file).trim() : "";
    if (!kept.isEmpty()) {
      return new Secret(kept);
    }
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    String made = HexFormat.of().formatHex(bytes);
    write(file, made + "\n");
    return new Secret(made);
  }

  /** Puts the content in place of the whole file. */
  public static void write(Path file, String content) throws IOException {
    Path fresh =
        Files.createTempFile(file.getParent(), file.getFileName().toString(), ".new", OWNER_ONLY);
    try {
      Files.writeString(fresh, content);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }
}

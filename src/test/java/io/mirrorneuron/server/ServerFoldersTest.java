package io.mirrorneuron.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.ConfigLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may read what terminals and programs share. */
class ServerFoldersTest {
  private static final String NETTY = "io.netty.native.workdir";

  @TempDir Path place;
  private final String before = System.getProperty(NETTY);

  /** It would name a folder of this test. */
  @AfterEach
  void forget() {
    if (before == null) {
      System.clearProperty(NETTY);
    }
  }

  private void prepare(Map<String, String> variables) {
    ServerFolders.prepareAll(new ConfigLoader(variables, null, Map.of(), place).load(), true);
  }

  private Path home() {
    return place.resolve("home");
  }

  private static Path open(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    return folder;
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void itIsMadeForTheAccountOfTheServer() throws IOException {
    prepare(Map.of("MN_HOME", home().toString()));

    assertThat(permissions(home().resolve("shared"))).isEqualTo("rwx------");
  }

  @Test
  void whatWasOpenIsClosedAndWhatIsInItStaysAsItWasWritten() throws IOException {
    for (Path root : new Path[] {home().resolve("shared"), place.resolve("nfs")}) {
      open(root);
      Path folder = open(root.resolve("submissions"));
      Path file = Files.writeString(folder.resolve("input.csv"), "x");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
      prepare(Map.of("MN_HOME", home().toString(), "MN_SHARED_STORAGE_ROOT", root.toString()));

      assertThat(permissions(root)).isEqualTo("rwx------");
      assertThat(permissions(folder)).isEqualTo("rwxr-xr-x");
      assertThat(permissions(file)).isEqualTo("rw-rw-r--");
      assertThat(permissions(home().resolve("shared"))).isEqualTo("rwx------");
    }
  }

  @Test
  void aFolderThatHoldsOtherThingsTooIsNotTakenFromOthers() throws IOException {
    Path all = open(place.resolve("all"));
    Files.writeString(all.resolve("of-somebody-else"), "x");
    prepare(Map.of("MN_HOME", home().toString(), "MN_SHARED_STORAGE_ROOT", all.toString()));

    assertThat(permissions(all)).isEqualTo("rwxr-xr-x");
  }
}

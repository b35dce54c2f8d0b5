package io.mirrorneuron.server;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SmallDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose data directory is on a full disk. */
@Proof.Limits
class FullHomeIT {
  @TempDir Path folder;

  @Test
  void itIsToldWhatCanBeDone() throws IOException {
    try (SmallDisk disk = SmallDisk.mounted(folder.resolve("disk"), 1)) {
      disk.fill();
      Path home = disk.folder();
      assertThatThrownBy(() -> DataDirectory.lock(home, new SecureRandom()))
          .hasMessage(
              "home %s cannot be used: its disk is full; make room there, or name another home"
                  + " (--home, MN_HOME)",
              home);
    }
  }
}

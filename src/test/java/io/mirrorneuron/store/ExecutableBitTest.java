package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.UploadQuota;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.store.bundle.FileBundleStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program of a bundle is one, by whatever door the bundle came. */
class ExecutableBitTest {
  private static final byte[] TOOL = "no mark".getBytes(StandardCharsets.UTF_8);
  private static final byte[] SCRIPT = "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8);
  private static final int NO_MODE = 0;

  @TempDir Path temp;
  private FileBundleStore store;

  @BeforeEach
  void open() {
    store =
        new FileBundleStore(temp.resolve("bundles"), Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
  }

  private Payloads folder(String name, String modes) throws IOException {
    Path root = Files.createDirectories(temp.resolve(name));
    Files.write(root.resolve("tool"), TOOL);
    Files.setPosixFilePermissions(root.resolve("tool"), PosixFilePermissions.fromString(modes));
    return new Payloads.Folder(root);
  }

  private Payloads zip(byte[] content, int mode) throws IOException {
    Path zip = temp.resolve("bundle.zip");
    try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(zip)) {
      for (Map.Entry<String, byte[]> file :
          Map.of("manifest.json", new byte[] {'{', '}'}, "payloads/tool", content).entrySet()) {
        ZipArchiveEntry entry = new ZipArchiveEntry(file.getKey());
        if (mode != NO_MODE) {
          entry.setUnixMode(mode);
        }
        out.putArchiveEntry(entry);
        out.write(file.getValue());
        out.closeArchiveEntry();
      }
    }
    BundleStaging staging =
        new BundleStaging(
            temp.resolve("staging"),
            BundleUnpacker.Limits.DEFAULT,
            Clock.systemUTC(),
            () -> "12345678-" + mode + content.length,
            UploadQuota.unlimited());
    return new Payloads.Folder(staging.unpack(zip).payloads());
  }

  private boolean isProgram(Payloads payloads) throws IOException {
    Path tool = store.payloads(store.put(payloads)).resolve("tool");
    String modes = PosixFilePermissions.toString(Files.getPosixFilePermissions(tool));
    assertThat(modes).isIn("rwxr-xr-x", "rw-r--r--");
    return modes.equals("rwxr-xr-x");
  }

  @Test
  void foldersAndZipsKeepTheModes() throws IOException {
    assertThat(isProgram(folder("a", "rwx------"))).isTrue();
    assertThat(isProgram(folder("b", "rw-rw-rw-"))).isFalse();
    assertThat(isProgram(zip(TOOL, 0100755))).isTrue();
    assertThat(isProgram(zip(SCRIPT, 0100644))).isFalse();
  }

  @Test
  void whereThereAreNoModesTheFileItselfTells() throws IOException {
    assertThat(isProgram(zip(TOOL, NO_MODE))).isFalse();
    assertThat(isProgram(zip(SCRIPT, NO_MODE))).isTrue();
    assertThat(isProgram(new Payloads.Inline(Map.of("tool", TOOL)))).isFalse();
    assertThat(isProgram(new Payloads.Inline(Map.of("tool", SCRIPT)))).isTrue();
    assertThat(isProgram(new Payloads.Inline(Map.of("tool", new byte[] {0x7f, 'E', 'L', 'F', 2}))))
        .isTrue();
  }

  @Test
  void theModeIsPartOfTheFingerprintAndTheDoorIsNot() throws IOException {
    String program = store.put(folder("a", "rwxr-xr-x"));
    String data = store.put(folder("b", "rw-r--r--"));

    assertThat(program).isNotEqualTo(data);
    assertThat(store.put(zip(TOOL, 0100755))).isEqualTo(program);
    assertThat(store.put(new Payloads.Inline(Map.of("tool", TOOL), Set.of("tool"))))
        .isEqualTo(program);
    assertThat(store.put(new Payloads.Inline(Map.of("tool", TOOL)))).isEqualTo(data);
    assertThat(data)
        .as("as builds have named it that did not know modes")
        .isEqualTo("ca00d5b8b237c0b19cc0445e49fbcf6165644cd4e56042f0b8a4bf9f8c940179");
  }

  @Test
  void anArchiveOfABackupHasTheModesForOtherTools() throws IOException {
    Backup backup =
        new Backup(
            "{\"bundle\":{\"executables\":[\"payloads/tool\"]},\"runtime\":{\"job\":{}}}",
            Map.of(
                Backup.MANIFEST,
                new byte[] {'{', '}'},
                Backup.PAYLOADS + "tool",
                TOOL,
                Backup.PAYLOADS + "data",
                TOOL));
    Path file = Files.write(temp.resolve("backup.zip"), BackupArchive.pack(backup));
    Path into = Files.createDirectory(temp.resolve("into"));
    BundleUnpacker.unpack(file, into, BundleUnpacker.Limits.DEFAULT, name -> false, bytes -> {});

    assertThat(into.resolve("bundle/payloads/tool")).isExecutable();
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(into.resolve("bundle/payloads/data"))))
        .isEqualTo("rw-r--r--");
  }
}

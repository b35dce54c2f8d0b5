package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.BundleReport;
import io.mirrorneuron.cli.ClientOptions;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/**
 * A bundle as a zip to upload: an existing zip as it is, a folder zipped into a temporary file.
 * Links are left out, and outside {@code payloads/} names that begin with a dot.
 */
final class BundlePack implements AutoCloseable {
  private static final String PAYLOADS = "payloads";
  private static final int PROGRAM = 0100755;
  private static final int FILE = 0100644;

  private final Path zip;
  private final boolean isTemporary;
  private final List<String> links = new ArrayList<>();

  private BundlePack(Path zip, boolean isTemporary) {
    this.zip = zip;
    this.isTemporary = isTemporary;
  }

  private record Uploaded(String bundlePath) {}

  /**
   * Sends a folder or zip to the server, and says which of its links are not sent.
   *
   * @return by which name the server has it
   * @throws MnException NOT_FOUND when it is neither; what the server says
   */
  static String sent(Path place, ClientOptions client, RestClient rest)
      throws InterruptedException {
    try (BundlePack pack = of(place)) {
      BundleReport.tellLinks(client, place, pack.links);
      return rest.upload("/bundles/upload", "bundle", pack.file()).as(Uploaded.class).bundlePath();
    }
  }

  /**
   * @param place a folder or a zip
   * @throws MnException NOT_FOUND when it is neither
   */
  static BundlePack of(Path place) {
    if (isZip(place)) {
      return new BundlePack(place, false);
    }
    if (Files.isDirectory(place)) {
      return packed(place);
    }
    throw new MnException(
        ErrorCode.NOT_FOUND, "bundle_not_found", place + " is no folder and no .zip");
  }

  static boolean isZip(Path place) {
    return place.toString().endsWith(".zip") && Files.isRegularFile(place);
  }

  private static BundlePack packed(Path folder) {
    try {
      BundlePack pack = new BundlePack(Files.createTempFile("mn-bundle", ".zip"), true);
      try {
        pack.write(folder.toRealPath());
        return pack;
      } catch (IOException | RuntimeException e) {
        pack.close();
        throw e;
      }
    } catch (IOException e) {
      throw new MnException(
          ErrorCode.INTERNAL, "not_read", folder + " cannot be packed: " + e.getMessage());
    }
  }

  Path file() {
    return zip;
  }

  private void write(Path folder) throws IOException {
    try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(zip);
        Stream<Path> all = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        Path name = folder.relativize(path);
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && isWanted(name)) {
          add(out, name, path);
        } else if (Files.isSymbolicLink(path) && isWanted(name)) {
          links.add(name.toString());
        }
      }
      out.putArchiveEntry(new ZipArchiveEntry(PAYLOADS + "/")); // there may be none
      out.closeArchiveEntry();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean isWanted(Path name) {
    return name.startsWith(PAYLOADS) || !name.getName(0).toString().startsWith(".");
  }

  private static void add(ZipArchiveOutputStream out, Path name, Path path) throws IOException {
    ZipArchiveEntry entry = new ZipArchiveEntry(name.toString());
    entry.setUnixMode(Files.isExecutable(path) ? PROGRAM : FILE);
    out.putArchiveEntry(entry);
    Files.copy(path, out);
    out.closeArchiveEntry();
  }

  @Override
  public void close() {
    if (!isTemporary) {
      return;
    }
    try {
      Files.deleteIfExists(zip);
    } catch (IOException e) {
      zip.toFile().deleteOnExit();
    }
  }
}

package io.mirrorneuron.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A bundle as one zip: a folder is packed, links and hidden files of it are not. */
final class Bundles {
  private static final List<String> MANIFESTS =
      List.of("manifest.json", "manifest.yaml", "manifest.yml");

  private Bundles() {}

  /** A zip that is deleted when it was made here. */
  record Packed(Path file, boolean isOurs) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      if (isOurs) {
        Files.delete(file);
      }
    }
  }

  static Packed pack(Path bundle) throws IOException {
    if (!Files.isDirectory(bundle)) {
      if (!Files.exists(bundle)) {
        throw new NoSuchFileException(bundle.toString());
      }
      return new Packed(bundle, false);
    }
    if (MANIFESTS.stream().noneMatch(name -> Files.isRegularFile(bundle.resolve(name)))) {
      throw new NoSuchFileException(bundle.resolve("manifest.yaml").toString());
    }
    Path zip = Files.createTempFile("bundle", ".zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (Path file : files(bundle)) {
        ZipEntry entry = new ZipEntry(bundle.relativize(file).toString().replace('\\', '/'));
        entry.setTime(0);
        out.putNextEntry(entry);
        Files.copy(file, out);
        out.closeEntry();
      }
      return new Packed(zip, true);
    } catch (IOException failure) {
      Files.delete(zip);
      throw failure;
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .filter(file -> !isHidden(folder.relativize(file)))
          .sorted()
          .toList();
    }
  }

  private static boolean isHidden(Path relative) {
    for (Path name : relative) {
      if (name.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }
}

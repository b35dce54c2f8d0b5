package io.mirrorneuron.blueprint;

import io.mirrorneuron.untrusted.OpenFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The catalog that comes with the program. It is written anew by each server that is asked for it,
 * since another version may have written what is there.
 */
public final class BuiltInCatalog implements CatalogSource {
  private final Path folder;
  private boolean written;

  /**
   * @param folder of this server alone; replaced whole
   */
  public BuiltInCatalog(Path folder) {
    this.folder = folder;
  }

  @Override
  public synchronized Path folder() {
    try {
      if (!written || !Files.exists(folder.resolve(CatalogFolder.INDEX))) {
        write();
        written = true;
      }
      return folder.toRealPath();
    } catch (IOException e) {
      throw CatalogFolder.broken(
          "the built-in blueprints cannot be written to " + folder + ": " + e.getMessage(), e);
    }
  }

  private void write() throws IOException {
    String fresh = folder.getFileName() + ".new";
    Files.createDirectories(folder.getParent());
    try (OpenFolder home = OpenFolder.at(folder.getParent())) {
      home.deleteTree(fresh);
      PackagedFolder.copyOf("/blueprints/" + CatalogFolder.INDEX, folder.resolveSibling(fresh));
      home.deleteTree(folder.getFileName().toString());
      home.move(fresh, home, folder.getFileName().toString());
    }
  }
}

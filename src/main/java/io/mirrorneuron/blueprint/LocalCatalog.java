package io.mirrorneuron.blueprint;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A catalog in a folder of this machine, which its owner changes at will.
 *
 * @param folder as the configuration names it
 */
public record LocalCatalog(Path folder) implements CatalogSource {

  @Override
  public Path folder() {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      throw CatalogFolder.broken(
          "MN_BLUEPRINT_LOCAL (blueprint.local) names no folder that can be read: " + folder, e);
    }
  }
}

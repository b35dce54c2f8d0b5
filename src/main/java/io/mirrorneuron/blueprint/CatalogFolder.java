package io.mirrorneuron.blueprint;

import io.mirrorneuron.bundle.ManifestFile;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.untrusted.OpenFolder.OpenFile;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder with an {@code index.json} and one bundle for each of its entries. Its content is not
 * trusted: no path of it is followed out of the folder.
 *
 * @param path absolute, without links
 */
record CatalogFolder(Path path) {
  private static final Logger LOG = LoggerFactory.getLogger(CatalogFolder.class);

  static final String INDEX = CatalogFiles.INDEX;
  private static final String CATEGORIES = CatalogFiles.CATEGORIES;

  /**
   * Reads all of it.
   *
   * @throws MnException INTERNAL {@code catalog_broken}
   */
  Catalog read(KeptManifests manifests) {
    List<Blueprint> blueprints = new ArrayList<>();
    List<Blueprint> outside = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (Object element : CatalogFiles.entries(content(INDEX))) {
      Entry entry = Entry.of(element);
      BlueprintReader.id(entry)
          .filter(ids::add)
          .flatMap(id -> blueprint(id, entry, manifests))
          .ifPresent(one -> (inside(one.path()).isPresent() ? blueprints : outside).add(one));
    }
    return Catalog.of(path, blueprints, outside, categories());
  }

  /** Empty when strangers wrote what nobody thought of: the others are told all the same. */
  private Optional<Blueprint> blueprint(String id, Entry entry, KeptManifests manifests) {
    try {
      return Optional.of(
          BlueprintReader.OF_CATALOG.read(id, entry, manifest(entry, id, manifests)));
    } catch (RuntimeException e) {
      LOG.warn("the blueprint {} of {} cannot be read and is left out", id, path, e);
      return Optional.empty();
    }
  }

  /**
   * The folder of a bundle.
   *
   * @throws MnException MALFORMED when it leaves the catalog; INTERNAL when there is none
   */
  Path bundle(Blueprint blueprint) {
    Path folder =
        inside(blueprint.path())
            .orElseThrow(
                () ->
                    new MnException(
                        ErrorCode.MALFORMED,
                        "invalid_blueprint",
                        "blueprint path escapes repository"));
    if (!Files.isDirectory(folder)) {
      throw broken("blueprint bundle directory was not found", null);
    }
    if (!ManifestFile.isIn(folder)) {
      throw broken("blueprint bundle manifest.json was not found", null);
    }
    return folder;
  }

  /** The place that a path means; empty when that is not in the catalog. */
  private Optional<Path> inside(String name) {
    try {
      Path place = path.resolve(name).normalize();
      boolean inside = place.startsWith(path) && !place.equals(path);
      return inside && (!Files.exists(place) || place.toRealPath().startsWith(path))
          ? Optional.of(place)
          : Optional.empty();
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** For lists a manifest that cannot be read is one that is not there. */
  private Optional<Entry> manifest(Entry entry, String id, KeptManifests manifests) {
    return inside(BlueprintReader.path(entry, id)).flatMap(manifests::in);
  }

  private Map<String, String> categories() {
    Map<String, String> names = new LinkedHashMap<>();
    if (!Files.exists(path.resolve(CATEGORIES))) {
      return names;
    }
    for (Object element : CatalogFiles.categories(content(CATEGORIES))) {
      Entry entry = Entry.of(element);
      entry
          .text("name")
          .ifPresent(
              name -> names.putIfAbsent(entry.textOr(BlueprintReader.slug(name), "slug"), name));
    }
    return names;
  }

  private byte[] content(String file) {
    try (OpenFile open = UntrustedFiles.openLinked(path.resolve(file), path)) {
      return open.stream().readNBytes(CatalogFiles.MOST + 1);
    } catch (RefusedFile e) {
      throw broken("blueprint repo " + file + " " + e.getReason(), e);
    } catch (IOException e) {
      throw broken("blueprint repo " + file + " was not found", e);
    }
  }

  static MnException broken(String message, Throwable cause) {
    return new MnException(ErrorCode.INTERNAL, "catalog_broken", message, null, cause);
  }
}

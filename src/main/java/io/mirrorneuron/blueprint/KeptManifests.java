package io.mirrorneuron.blueprint;

import com.fasterxml.jackson.core.type.TypeReference;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.bundle.ManifestFile;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.util.Optional;

/** The manifests of a catalog, each read again only when its file has changed. Thread-safe. */
final class KeptManifests {
  private static final TypeReference<Object> ANY = new TypeReference<>() {};

  private static final int MOST = 20_000;

  private record Kept(FileStamp stamp, Optional<Entry> manifest) {}

  private final Cache<Path, Kept> kept = Caffeine.newBuilder().maximumSize(MOST).build();

  /** Empty when the folder has none that can be read. */
  Optional<Entry> in(Path folder) {
    FileStamp stamp =
        ManifestFile.NAMES.stream()
            .map(name -> FileStamp.of(folder.resolve(name)))
            .filter(found -> !found.equals(FileStamp.ABSENT))
            .findFirst()
            .orElse(FileStamp.ABSENT);
    Kept before = kept.getIfPresent(folder);
    if (before != null && before.stamp().equals(stamp)) {
      return before.manifest();
    }
    Optional<Entry> manifest = stamp.equals(FileStamp.ABSENT) ? Optional.empty() : read(folder);
    kept.put(folder, new Kept(stamp, manifest));
    return manifest;
  }

  private static Optional<Entry> read(Path folder) {
    try {
      return Optional.of(
          Entry.of(Json.MAPPER.convertValue(ManifestFile.in(folder, "").tree(), ANY)));
    } catch (MnException e) { // whoever launches it is told
      return Optional.empty();
    }
  }
}

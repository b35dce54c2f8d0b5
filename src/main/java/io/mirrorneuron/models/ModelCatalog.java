package io.mirrorneuron.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.models.BoundedHttp.Bounds;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The built-in catalog, overlaid with the entries of a file. The file is read on every call, so
 * edits take effect at once; an unreadable file only causes a warning. Thread-safe.
 */
public final class ModelCatalog {
  private static final long MOST_BYTES = 1 << 20;

  private final Path overlay;

  /** Read when somebody looks for the first time. */
  private static final class BuiltIn {
    static final List<CatalogEntry> ENTRIES = delivered();
  }

  /**
   * @param overlay a list of entries, {@code {"models": […]}} or an object of them by id; need not
   *     exist
   */
  public ModelCatalog(Path overlay) {
    this.overlay = overlay;
  }

  /**
   * The catalog as it is now.
   *
   * @param warnings what of the file could not be used
   */
  public record Look(List<CatalogEntry> entries, List<String> warnings) {
    /** An entry by its id, else by another name. */
    public Optional<CatalogEntry> find(String name) {
      return entries.stream()
          .filter(entry -> entry.id().equalsIgnoreCase(name.strip()))
          .findFirst()
          .or(() -> entries.stream().filter(entry -> entry.isCalled(name)).findFirst());
    }
  }

  public Look look() {
    Map<String, CatalogEntry> entries = new LinkedHashMap<>();
    BuiltIn.ENTRIES.forEach(entry -> entries.put(entry.id(), entry));
    List<String> warnings = new ArrayList<>();
    try {
      if (Files.exists(overlay)) {
        if (Files.size(overlay) > MOST_BYTES) {
          warnings.add("the model catalog " + overlay + " is larger than 1 MiB: it is not used");
        } else {
          List<CatalogEntry> laid = read(Files.readString(overlay));
          laid.forEach(entry -> entries.put(entry.id(), entry));
        }
      }
    } catch (JsonProcessingException e) {
      warnings.add("the model catalog " + overlay + " is not JSON: it is not used");
    } catch (IOException e) {
      warnings.add("the model catalog " + overlay + " cannot be read: it is not used");
    }
    return new Look(List.copyOf(entries.values()), warnings);
  }

  private static List<CatalogEntry> read(String text) throws JsonProcessingException {
    Object document = Json.MAPPER.readValue(text, Object.class);
    Object listed = document instanceof Map<?, ?> map ? map.get("models") : null;
    List<CatalogEntry> entries = new ArrayList<>();
    switch (listed == null ? document : listed) {
      case List<?> list -> list.forEach(one -> add(entries, null, one));
      case Map<?, ?> map -> map.forEach((id, one) -> add(entries, id.toString(), one));
      case null, default -> {}
    }
    return entries;
  }

  private static void add(List<CatalogEntry> entries, String key, Object one) {
    if (one instanceof Map<?, ?> members) {
      CatalogEntry.Written written =
          LenientJson.read(Json.MAPPER.valueToTree(members), CatalogEntry.Written.class);
      CatalogEntry entry = written.entry(key);
      if (entry != null) {
        entries.add(entry);
      }
    }
  }

  /** Those that come with this program. */
  public static List<CatalogEntry> delivered() {
    try (InputStream in = ModelCatalog.class.getResourceAsStream("/models/catalog.json")) {
      return read(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("the catalog of models is broken", e);
    }
  }

  /** Normalizes equivalent names of models. */
  public static final class ModelName {
    private static final String NAMESPACE = "ai/";
    private static final String LATEST = ":latest";

    private ModelName() {}

    /** The normalized name: lower case, without a registry, {@code ai/} and {@code :latest}. */
    public static String key(String name) {
      String key = name.strip().toLowerCase(Locale.ROOT);
      int slash = key.indexOf('/');
      if (slash > 0 && isRegistry(key.substring(0, slash))) {
        key = key.substring(slash + 1);
      }
      if (key.startsWith(NAMESPACE)) {
        key = key.substring(NAMESPACE.length());
      }
      return key.endsWith(LATEST) ? key.substring(0, key.length() - LATEST.length()) : key;
    }

    private static boolean isRegistry(String word) {
      return word.contains(".") || word.contains(":") || word.equals("localhost");
    }
  }

  /**
   * Time and size limits of models' servers.
   *
   * @param answer of {@code GET /models}
   * @param pull of a model
   * @param chat of a benchmark
   */
  public record ModelLimits(Duration answer, Bounds pull, Bounds chat) {
    public static final ModelLimits STANDARD =
        new ModelLimits(
            Duration.ofSeconds(2),
            new Bounds(Duration.ofSeconds(1200), Duration.ofSeconds(180), 64 << 10, 256 << 20),
            new Bounds(Duration.ofSeconds(180), Duration.ofSeconds(180), 256 << 10, 8 << 20));
  }
}

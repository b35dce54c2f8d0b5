package io.mirrorneuron.area.blueprints;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.blueprint.Blueprint;
import io.mirrorneuron.blueprint.Catalog;
import io.mirrorneuron.blueprint.Catalog.Category;
import io.mirrorneuron.blueprint.Catalogs.Refreshed;
import io.mirrorneuron.bus.AreaVerticle;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Set;

/**
 * Lists of blueprints as they are answered. Ten thousand blueprints are megabytes, which are
 * written once while the catalog stays the same. Thread-safe.
 */
final class BlueprintLists {
  /** Bytes of all of them. */
  private static final long MOST = 32 << 20;

  private final Cache<Set<String>, Written> written =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumWeight(MOST)
          .<Set<String>, Written>weigher((slugs, list) -> list.answer().length())
          .build();

  private record Written(Catalog catalog, Buffer answer) {}

  private record All(
      String repoDir,
      List<Blueprint> blueprints,
      List<Category> categories,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings) {}

  /**
   * @param slugs of categories; empty for all
   */
  Buffer of(Catalog catalog, Set<String> slugs) {
    Written before = written.getIfPresent(slugs);
    if (before != null && before.catalog() == catalog) {
      return before.answer();
    }
    Buffer answer = encode(catalog, slugs, List.of());
    written.put(slugs, new Written(catalog, answer));
    return answer;
  }

  /** All of it, and why it stays as it was where it does. */
  Buffer of(Refreshed refreshed) {
    return refreshed.warnings().isEmpty()
        ? of(refreshed.catalog(), Set.of())
        : encode(refreshed.catalog(), Set.of(), refreshed.warnings());
  }

  private static Buffer encode(Catalog catalog, Set<String> slugs, List<String> warnings) {
    return AreaVerticle.encode(
        new All(catalog.folder().toString(), catalog.in(slugs), catalog.categories(), warnings));
  }
}

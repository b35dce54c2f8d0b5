package io.mirrorneuron.blueprint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The blueprints of one folder, as its index names them.
 *
 * @param folder an absolute path without links
 * @param blueprints in the order of the index; ids are unique
 * @param outside what the index names and is not listed: its path leads out of the catalog
 * @param categories with how many blueprints have them: those that the catalog lists first, in its
 *     order, then others, by slug
 */
public record Catalog(
    Path folder, List<Blueprint> blueprints, List<Blueprint> outside, List<Category> categories) {
  public Catalog {
    blueprints = List.copyOf(blueprints);
    outside = List.copyOf(outside);
    categories = List.copyOf(categories);
  }

  /**
   * What blueprints can be looked for by.
   *
   * @param count blueprints that have it
   */
  public record Category(String name, String slug, int count) {}

  /** Counts the blueprints of each category. */
  static Catalog of(
      Path folder,
      List<Blueprint> blueprints,
      List<Blueprint> outside,
      Map<String, String> listed) {
    Map<String, String> names = new LinkedHashMap<>(listed);
    Map<String, String> others = new TreeMap<>();
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Blueprint one : blueprints) {
      counts.merge(one.categorySlug(), 1, Integer::sum);
      if (!listed.containsKey(one.categorySlug())) {
        others.putIfAbsent(one.categorySlug(), one.category());
      }
    }
    names.putAll(others);
    List<Category> categories = new ArrayList<>();
    names.forEach(
        (slug, name) -> categories.add(new Category(name, slug, counts.getOrDefault(slug, 0))));
    return new Catalog(folder, blueprints, outside, categories);
  }

  /** Those of any of these categories; all when none is named. */
  public List<Blueprint> in(Set<String> slugs) {
    return slugs.isEmpty()
        ? blueprints
        : blueprints.stream().filter(one -> slugs.contains(one.categorySlug())).toList();
  }

  /** Whether it is listed or not: who launches one that is not is told why. */
  public Optional<Blueprint> find(String id) {
    return Stream.concat(blueprints.stream(), outside.stream())
        .filter(one -> one.id().equals(id))
        .findFirst();
  }
}

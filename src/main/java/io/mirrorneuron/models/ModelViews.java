package io.mirrorneuron.models;

import io.mirrorneuron.models.Ownership.Owners;
import io.mirrorneuron.models.SharedLoad.Look;
import io.mirrorneuron.port.models.ModelFit;
import io.mirrorneuron.port.models.ModelView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Everything that is known of models at one moment. Pure.
 *
 * @param installed names as the runner writes them; those of its last answer where it is late
 * @param offered ids of the other endpoint
 * @param standard the model of programs that name none; may be empty
 * @param isUnderWay whether a model is being installed
 */
record ModelViews(
    ModelCatalog.Look catalog,
    Set<String> installed,
    Set<String> offered,
    Look<NodeFacts> node,
    Map<String, Owners> owners,
    String standard,
    Predicate<CatalogEntry> isUnderWay) {
  private static final Owners NOBODY = new Owners(List.of(), false);

  String nodeName() {
    return node.last() == null ? "local" : node.last().name();
  }

  /** All models, sorted by id: those that are installed, and those that could be. */
  List<ModelView> all() {
    return entries().stream().map(this::view).sorted(Comparator.comparing(ModelView::id)).toList();
  }

  /** Those of the catalog, then those that only a runner or an endpoint knows. */
  private List<CatalogEntry> entries() {
    List<CatalogEntry> entries = new ArrayList<>(catalog.entries());
    Set<String> known = new HashSet<>();
    entries.forEach(entry -> known.add(entry.key()));
    Stream.concat(
            installed.stream().map(CatalogEntry::strange),
            offered.stream().map(CatalogEntry::remote))
        .filter(entry -> known.add(entry.key()))
        .forEach(entries::add);
    return entries;
  }

  Optional<CatalogEntry> find(String name) {
    return catalog
        .find(name)
        .or(() -> entries().stream().filter(entry -> entry.isCalled(name)).findFirst());
  }

  /** As the runner writes its name; empty when it is not installed. */
  Optional<String> installed(CatalogEntry model) {
    Set<String> there = model.isOfRunner() ? installed : offered;
    return there.stream().filter(one -> ModelName.key(one).equals(model.key())).findFirst();
  }

  ModelView view(CatalogEntry model) {
    boolean isThere = installed(model).isPresent();
    Owners owned = owners.getOrDefault(model.key(), NOBODY);
    boolean isOfRunner = model.isOfRunner();
    return new ModelView(
        model.id(),
        model.name(),
        model.provider(),
        model.model(),
        model.dockerModel(),
        model.apiModel(),
        model.backend(),
        model.aliases(),
        model.contextSize(),
        !standard.isEmpty() && model.isCalled(standard),
        isThere,
        isThere ? "installed" : isUnderWay.test(model) ? "installing" : "available",
        nodeName(),
        isThere ? List.of(nodeName()) : List.of(),
        isOfRunner ? fit(model) : null,
        owned.blueprints(),
        owned.count(),
        isThere && isOfRunner && owned.areNone(),
        owned.manual());
  }

  ModelFit fit(CatalogEntry model) {
    return node.last() == null
        ? Compatibility.unknown(model, "nobody could say what this node has")
        : Compatibility.of(model, node.last());
  }

  /** Ids of the catalog, for people who look for one. */
  String known() {
    return catalog.entries().stream().map(CatalogEntry::id).collect(Collectors.joining(", "));
  }
}

package io.mirrorneuron.launch;

import io.mirrorneuron.blueprint.Blueprint;
import io.mirrorneuron.blueprint.Catalogs;
import io.mirrorneuron.blueprint.bundle.BlueprintBundle;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.models.ModelView;
import io.mirrorneuron.port.models.ModelsPort;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.store.bundle.BundleHold;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Bundles of the catalog, of folders of this machine, and those that were uploaded. */
public final class BundleSources implements LaunchSources {
  private static final Logger LOG = LoggerFactory.getLogger(BundleSources.class);

  private final Catalogs catalogs;
  private final BundleStaging staging;
  private final ModelsPort models;
  private final PathRoots roots;
  private final SubmittedFolders folders;

  /**
   * @param models say which names of models are known
   * @param roots where bundles may lie that are named by their path
   * @param folders where inputs are copied to
   */
  public BundleSources(
      Catalogs catalogs,
      BundleStaging staging,
      ModelsPort models,
      PathRoots roots,
      SubmittedFolders folders) {
    this.roots = roots;
    this.folders = folders;
    this.catalogs = catalogs;
    this.staging = staging;
    this.models = models;
  }

  @Override
  public LaunchBundle find(LaunchOrder order) {
    return switch (order.source()) {
      case CATALOG -> {
        Blueprint blueprint = catalogs.get(order.place());
        yield found(
            BlueprintBundle.ofCatalog(blueprint, catalogs.bundle(blueprint)),
            order,
            BundleHold.none());
      }
      case PATH -> found(BlueprintBundle.at(folder(order.place())), order, BundleHold.none());
      case BUNDLE -> {
        BundleHold hold = staging.hold(order.place());
        try {
          yield found(BlueprintBundle.uploaded(staging.open(order.place()).folder()), order, hold);
        } catch (RuntimeException e) {
          hold.close();
          throw e;
        }
      }
    };
  }

  private LaunchBundle found(BlueprintBundle bundle, LaunchOrder order, BundleHold hold) {
    return new FoundBundle(bundle, order, this::isKnown, folders, hold);
  }

  @Override
  public void displace(String submission) {
    try {
      folders.remove(submission);
    } catch (MnException e) {
      LOG.warn("inputs of submission {} are left: {}", submission, e.getMessage());
    }
  }

  private Path folder(String place) {
    try {
      Path folder = Path.of(place);
      if (folder.isAbsolute()) {
        return roots.require(folder);
      }
    } catch (InvalidPathException e) {
      // told below
    }
    throw new MnException(
        ErrorCode.MALFORMED,
        "invalid_blueprint",
        "blueprint path is not a directory: it must be absolute, as the server sees it");
  }

  private boolean isKnown(String model) {
    return models.list(false).models().stream()
        .flatMap(BundleSources::names)
        .anyMatch(model::equalsIgnoreCase);
  }

  private static Stream<String> names(ModelView model) {
    return Stream.concat(
            Stream.of(model.id(), model.model(), model.dockerModel()), model.aliases().stream())
        .filter(Objects::nonNull);
  }
}

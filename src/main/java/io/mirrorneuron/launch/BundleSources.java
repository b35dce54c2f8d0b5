package io.mirrorneuron.launch;

import io.mirrorneuron.blueprint.Blueprint;
import io.mirrorneuron.blueprint.Catalogs;
import io.mirrorneuron.blueprint.bundle.BlueprintBundle;
import io.mirrorneuron.blueprint.bundle.BundleOrigin.RunIdentity;
import io.mirrorneuron.blueprint.bundle.CheckedBundle;
import io.mirrorneuron.blueprint.bundle.ConfiguredBundle;
import io.mirrorneuron.launch.hook.BundleHooks;
import io.mirrorneuron.launch.hook.HookStore.HookNews;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ModelsPort;
import io.mirrorneuron.port.ModelsPort.ModelNeed;
import io.mirrorneuron.port.ModelsPort.ModelView;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Origin;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.store.bundle.BundleStore.BundleHold;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
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

  /** A bundle of the catalog, of a folder, or one that was uploaded. For one thread. */
  private static final class FoundBundle implements LaunchBundle {
    private final BlueprintBundle bundle;
    private final LaunchOrder order;
    private final Predicate<String> isKnownModel;
    private final SubmittedFolders folders;
    private final BundleHold hold;
    private ConfiguredBundle configured;

    FoundBundle(
        BlueprintBundle bundle,
        LaunchOrder order,
        Predicate<String> isKnownModel,
        SubmittedFolders folders,
        BundleHold hold) {
      this.bundle = bundle;
      this.order = order;
      this.isKnownModel = isKnownModel;
      this.folders = folders;
      this.hold = hold;
    }

    @Override
    public Object blueprint() {
      return bundle.blueprint();
    }

    @Override
    public Object manifest() {
      return bundle.shownManifest();
    }

    @Override
    public String blueprintId() {
      return bundle.id();
    }

    @Override
    public Object webUi() {
      return bundle.webUi();
    }

    @Override
    public BundleHooks hooks() {
      return BundleHooks.of(bundle.folder(), isReadHere());
    }

    private boolean isReadHere() {
      return order.source() != LaunchOrder.Source.BUNDLE;
    }

    @Override
    public String configJson() {
      return configured().config().json();
    }

    @Override
    public void reported(HookNews news) {
      configured = configured().reported(news.config(), news.environment());
    }

    @Override
    public Validation configuration() {
      CheckedBundle fitting = CheckedBundle.of(bundle, order.config(), order.inputs());
      configured = fitting.bundle();
      List<Issue> issues = new ArrayList<>();
      String form = order.source() == LaunchOrder.Source.CATALOG ? bundle.id() : "--folder PATH";
      fitting.refusals().forEach(one -> issues.addAll(LaunchReports.configuration(one, form)));
      try {
        manifest("run"); // whatever it is called
      } catch (MnException e) {
        issues.addAll(LaunchReports.configuration(e, form));
        configured = CheckedBundle.withoutNamedInputs(bundle, order.config(), order.inputs());
      }
      if (!order.force()) {
        issues.addAll(folders.faults(configured.config().merged(), bundle.folder()));
      }
      issues.addAll(strange());
      return Validation.of(issues, null);
    }

    @Override
    public List<Issue> strange() {
      return configured().misspelt().stream().map(LaunchReports::ofMisspelt).toList();
    }

    @Override
    public Object form() {
      try {
        return ConfiguredBundle.form(bundle, order.config());
      } catch (MnException e) {
        return null; // the report says why
      }
    }

    @Override
    public void place(String submission, LongConsumer progress) {
      SubmittedFolders.Placed placed =
          folders.place(configured().config().merged(), bundle.folder(), submission, progress);
      configured = configured().placed(placed.config(), placed.storage());
    }

    private ConfiguredBundle configured() {
      if (configured == null) {
        configured = ConfiguredBundle.of(bundle, order.config(), order.inputs());
      }
      return configured;
    }

    @Override
    public List<ModelNeed> models() {
      return configured().models(isKnownModel, order.force());
    }

    @Override
    public List<ModelNeed> modelsWithoutAnswers() {
      return ConfiguredBundle.unanswered(bundle, order.config())
          .models(isKnownModel, order.force());
    }

    @Override
    public Submission submission(String runId) {
      Path readHere = isReadHere() ? bundle.folder() : null;
      return new Submission(manifest(runId), bundle.payloads(), null)
          .from(new Origin(readHere, configJson()));
    }

    private String manifest(String runId) {
      RunIdentity identity = new RunIdentity(bundle.id(), runId, bundle.blueprint().revision());
      return configured().manifest(identity, order.force());
    }

    @Override
    public void copied() {
      hold.used();
    }

    @Override
    public void close() {
      hold.close();
    }
  }
}

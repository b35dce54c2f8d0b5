package io.mirrorneuron.launch;

import io.mirrorneuron.blueprint.bundle.BlueprintBundle;
import io.mirrorneuron.blueprint.bundle.ConfiguredBundle;
import io.mirrorneuron.blueprint.bundle.FittingBundle;
import io.mirrorneuron.blueprint.bundle.RunIdentity;
import io.mirrorneuron.launch.hook.BundleHooks;
import io.mirrorneuron.launch.hook.HookNews;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Origin;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.models.ModelNeed;
import io.mirrorneuron.store.bundle.BundleHold;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/** A bundle of the catalog, of a folder, or one that was uploaded. For one thread. */
final class FoundBundle implements LaunchBundle {
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
  public void told(HookNews news) {
    configured = configured().told(news.config(), news.environment());
  }

  @Override
  public Validation configuration() {
    FittingBundle fitting = FittingBundle.of(bundle, order.config(), order.inputs());
    configured = fitting.bundle();
    List<Issue> issues = new ArrayList<>();
    String form = order.source() == LaunchOrder.Source.CATALOG ? bundle.id() : "--folder PATH";
    fitting.refusals().forEach(one -> issues.addAll(LaunchReports.configuration(one, form)));
    try {
      manifest("run"); // whatever it is called
    } catch (MnException e) {
      issues.addAll(LaunchReports.configuration(e, form));
      configured = FittingBundle.withoutNamedInputs(bundle, order.config(), order.inputs());
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
    return ConfiguredBundle.unanswered(bundle, order.config()).models(isKnownModel, order.force());
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

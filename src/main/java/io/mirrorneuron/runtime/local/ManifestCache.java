package io.mirrorneuron.runtime.local;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.config.Config.UnknownMembers;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.JsonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Cache of parsed manifests: the same one is submitted repeatedly, and needed for each job that is
 * read. Workflows are immutable, so jobs may share them. Thread-safe.
 */
public final class ManifestCache {
  private static final int ENTRIES = 64;
  private static final int LONGEST = 64 * 1024;

  private final Manifests manifests;
  private final UnknownMembers unknownMembers;
  private final Function<String, List<Issue>> ofSchedules;
  private final Cache<String, Workflow> parsed = cache();

  /** Accepted workflows. Caching is safe, because acceptance depends on the text alone. */
  private final Cache<String, Workflow> accepted = cache();

  /**
   * @param unknownMembers how unknown members of new manifests are treated
   * @param ofSchedules obstacles to making a schedule of a manifest; a job of it runs
   */
  public ManifestCache(
      Manifests manifests,
      UnknownMembers unknownMembers,
      Function<String, List<Issue>> ofSchedules) {
    this.manifests = manifests;
    this.unknownMembers = unknownMembers;
    this.ofSchedules = ofSchedules;
  }

  private static Cache<String, Workflow> cache() {
    return Caffeine.newBuilder().executor(Runnable::run).maximumSize(ENTRIES).build();
  }

  /**
   * Like {@link #parse}, but for new manifests only: also applies rules that existing jobs may
   * break.
   */
  Workflow accept(String text) {
    return text.length() > LONGEST ? acceptNew(text) : accepted.get(text, this::acceptNew);
  }

  private Workflow acceptNew(String text) {
    JsonText.requireDistinct(text, "manifest_json");
    Workflow workflow = parse(text);
    if (!workflow.warnings().isEmpty()) {
      manifests.requireAcceptable(workflow.source(), purpose());
    }
    return workflow;
  }

  /** The findings of {@link #accept}, see {@link Manifests#check}, and those about schedules. */
  Manifests.Checked check(String text, Set<String> payloadPaths) {
    Manifests.Checked checked = manifests.check(text, payloadPaths, purpose());
    List<Issue> issues = new ArrayList<>(checked.issues());
    issues.addAll(ofSchedules.apply(text));
    return new Manifests.Checked(checked.workflow(), issues, checked.programs());
  }

  /** The findings about schedules, as sentences, for an accepted manifest. */
  List<String> ofSchedules(Workflow workflow, String text) {
    boolean saysWhen = workflow.source().has("schedule") || workflow.source().has("triggers");
    return saysWhen ? ofSchedules.apply(text).stream().map(Issue::sentence).toList() : List.of();
  }

  private Purpose purpose() {
    return unknownMembers == UnknownMembers.REFUSE ? Purpose.STRICT : Purpose.NEW;
  }

  /** See {@link Manifests#parse}. */
  public Workflow parse(String text) {
    return text.length() > LONGEST ? manifests.parse(text) : parsed.get(text, manifests::parse);
  }
}

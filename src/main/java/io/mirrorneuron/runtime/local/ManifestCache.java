package io.mirrorneuron.runtime.local;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.config.Config.UnknownMembers;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.JsonText;
import java.util.Set;

/**
 * Workflows of manifests that were parsed before: the same one is submitted again and again, and
 * needed again for each job that is read. A workflow is immutable, so jobs may share it.
 * Thread-safe.
 */
public final class ManifestCache {
  private static final int ENTRIES = 64;
  private static final int LONGEST = 64 * 1024;

  private final Manifests manifests;
  private final UnknownMembers unknownMembers;
  private final Cache<String, Workflow> parsed = cache();

  /**
   * Those that {@link #accept} did not refuse, nor would ever: what it says depends on them alone.
   */
  private final Cache<String, Workflow> accepted = cache();

  /**
   * @param unknownMembers what becomes of new manifests that have some
   */
  public ManifestCache(Manifests manifests, UnknownMembers unknownMembers) {
    this.manifests = manifests;
    this.unknownMembers = unknownMembers;
  }

  private static Cache<String, Workflow> cache() {
    return Caffeine.newBuilder().executor(Runnable::run).maximumSize(ENTRIES).build();
  }

  /** Like {@link #parse}, and may refuse what a job that is there already may have. */
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

  /** What {@link #accept} would say, see {@link Manifests#check}. */
  Manifests.Checked check(String text, Set<String> payloadPaths) {
    return manifests.check(text, payloadPaths, purpose());
  }

  private Purpose purpose() {
    return unknownMembers == UnknownMembers.REFUSE ? Purpose.STRICT : Purpose.NEW;
  }

  /** See {@link Manifests#parse}. */
  public Workflow parse(String text) {
    return text.length() > LONGEST ? manifests.parse(text) : parsed.get(text, manifests::parse);
  }
}

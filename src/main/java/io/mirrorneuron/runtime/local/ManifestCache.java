package io.mirrorneuron.runtime.local;

import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Workflows of the manifests that were parsed last: the same one is submitted again and again, and
 * parsed again for each job that is read. A workflow is immutable, so jobs may share it.
 * Thread-safe.
 */
public final class ManifestCache {
  private static final int ENTRIES = 64;
  private static final int LONGEST = 64 * 1024;

  private final Manifests manifests;
  private final Map<String, Workflow> parsed =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Workflow> eldest) {
          return size() > ENTRIES;
        }
      };

  public ManifestCache(Manifests manifests) {
    this.manifests = manifests;
  }

  /** See {@link Manifests#parse}. */
  public Workflow parse(String text) {
    Workflow known;
    synchronized (parsed) {
      known = parsed.get(text);
    }
    if (known != null) {
      return known;
    }
    Workflow workflow = manifests.parse(text);
    if (text.length() <= LONGEST) {
      synchronized (parsed) {
        parsed.put(text, workflow);
      }
    }
    return workflow;
  }
}

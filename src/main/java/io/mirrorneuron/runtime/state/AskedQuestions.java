package io.mirrorneuron.runtime.state;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The questions of one job, each stored as a field {@code q:<id>}. Settled questions are kept, so
 * that a repeated answer is recognised; beyond {@value #KEPT} the oldest are dropped. Runs on the
 * job's event loop.
 */
public final class AskedQuestions {
  private static final String FIELD = "q:";
  private static final int KEPT = 1000;

  private final Map<String, AskedQuestion> all = new LinkedHashMap<>();
  private final Set<String> changed = new LinkedHashSet<>();
  private final List<String> dropped = new ArrayList<>();

  /** The question, or null. */
  public AskedQuestion get(String id) {
    return all.get(id);
  }

  /** In the order in which they were asked. */
  public Collection<AskedQuestion> all() {
    return Collections.unmodifiableCollection(all.values());
  }

  /** Adds or replaces the question; the next commit writes it. */
  public void put(AskedQuestion question) {
    all.put(question.id(), question);
    changed.add(question.id());
    if (all.size() > KEPT) {
      all.values().stream()
          .filter(one -> !one.request().isOpen())
          .findFirst()
          .ifPresent(oldest -> drop(oldest.id()));
    }
  }

  private void drop(String id) {
    all.remove(id);
    changed.remove(id);
    dropped.add(FIELD + id);
  }

  // ---- storing

  public boolean isChanged() {
    return !changed.isEmpty() || !dropped.isEmpty();
  }

  /** The fields to write since the last call. */
  public Map<String, String> takeChanged() {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String id : changed) {
      fields.put(FIELD + id, Json.write(Json.MAPPER.valueToTree(all.get(id))));
    }
    changed.clear();
    return fields;
  }

  /** The fields to delete since the last call. */
  public List<String> takeDropped() {
    List<String> fields = List.copyOf(dropped);
    dropped.clear();
    return fields;
  }

  /**
   * Reads the questions among the fields of a job.
   *
   * @throws MnException MALFORMED
   */
  public static AskedQuestions read(Map<String, String> fields) {
    Map<Long, AskedQuestion> found = new TreeMap<>();
    fields.forEach(
        (field, text) -> {
          if (field.startsWith(FIELD)) {
            AskedQuestion one = Json.read(text, AskedQuestion.class, field);
            found.put(one.seq(), one);
          }
        });
    AskedQuestions questions = new AskedQuestions();
    found.values().forEach(one -> questions.all.put(one.id(), one));
    return questions;
  }
}

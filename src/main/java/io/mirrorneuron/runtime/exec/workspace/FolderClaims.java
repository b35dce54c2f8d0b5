package io.mirrorneuron.runtime.exec.workspace;

import io.mirrorneuron.runtime.port.FolderOwnership;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.untrusted.OpenFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whose the folders of submissions of this node are, as {@link FolderOwners} notes it. */
public final class FolderClaims implements FolderOwnership {
  private static final Logger LOG = LoggerFactory.getLogger(FolderClaims.class);

  private final Path root;
  private final FolderOwners holders;

  /** Who claims a folder and may not be in the store yet. */
  private final Set<String> coming = ConcurrentHashMap.newKeySet();

  /**
   * @param root of all submissions; made when it is needed
   */
  FolderClaims(Path root, FolderOwners holders) {
    this.root = root;
    this.holders = holders;
  }

  @Override
  public void claim(String owner, Workflow workflow) {
    local(workflow)
        .ifPresent(
            id -> {
              coming.add(owner);
              attempt(id, () -> holders.take(id, owner));
            });
  }

  @Override
  public void lend(String owner, String jobId, Workflow workflow) {
    local(workflow)
        .ifPresent(
            id ->
                attempt(
                    id,
                    () -> {
                      boolean has = holders.owner(id).filter(owner::equals).isPresent();
                      if (has || holders.isLent(id, owner)) {
                        holders.lend(id, jobId);
                      }
                    }));
  }

  @Override
  public void release(String owner, Workflow workflow) {
    coming.remove(owner);
    local(workflow).ifPresent(id -> attempt(id, () -> holders.release(id, owner)));
  }

  @Override
  public void made(String owner) {
    coming.remove(owner);
  }

  /** The folder that a manifest brings, when a new job does not get it. */
  public Optional<String> strange(Workflow workflow) {
    return GivenStorage.of(workflow)
        .filter(given -> local(workflow).filter(this::isFree).isEmpty())
        .map(given -> given.paths().stream().findFirst().orElse("no folder"));
  }

  private boolean isFree(String id) {
    try {
      return holders.owner(id).isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  private Optional<String> local(Workflow workflow) {
    Optional<GivenStorage> given = GivenStorage.of(workflow);
    if (given.isEmpty()) {
      return Optional.empty();
    }
    try {
      Path real = Files.createDirectories(root).toRealPath();
      return given.get().local(root, real);
    } catch (IOException e) {
      LOG.warn("the folder of submissions {} cannot be used: {}", root, e.toString());
      return Optional.empty();
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void attempt(String id, Step step) {
    try {
      step.run();
    } catch (IOException e) {
      LOG.warn("the notes on the folder of submission {} cannot be kept: {}", id, e.toString());
    }
  }

  /**
   * A folder that somebody has.
   *
   * @param by ids of jobs and schedules that have it or are lent it
   */
  public record Held(String submission, List<String> by) {}

  /**
   * Folders that somebody has, but for those whose owners may not be in the store yet.
   *
   * @param before who came later may not, either
   */
  public List<Held> held(Instant before) throws IOException {
    return holders.all(before).stream()
        .filter(held -> held.by().stream().noneMatch(coming::contains))
        .toList();
  }

  /**
   * Removes a folder that was made for a job and in which its programs have left nothing. When
   * another one starts after all, the folder is made anew.
   *
   * @param held by a job no program of which runs
   */
  public void removeUntouched(Held held) throws IOException {
    Path folder = root.toRealPath().resolve(held.submission());
    if (holders.isAlone(held.submission()) && SubmissionFolder.isUntouched(folder)) {
      remove(held);
    }
  }

  /**
   * Removes a folder that nobody needs any more, unless somebody else has come meanwhile; links in
   * it are not followed.
   */
  public void remove(Held unused) throws IOException {
    if (holders.forget(unused)) {
      try (OpenFolder all = OpenFolder.at(root.toRealPath())) {
        all.deleteTree(unused.submission());
      }
    }
  }
}

package io.mirrorneuron.blueprint;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.untrusted.OpenFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.CheckoutConflictException;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.util.FS;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest commit of a repository's default branch, checked out. What somebody has changed in it
 * stays: nothing is merged, reset or cleaned. A folder with an index that is no repository was put
 * there by somebody, and is used as it is.
 *
 * @param folder of the working tree
 */
record Clone(Path folder) {
  private static final String HEAD = "refs/remotes/origin/head";
  private static final String LOCK = ".lock";
  private static final Logger LOG = LoggerFactory.getLogger(Clone.class);
  private static final int TIMEOUT_SECONDS = 30;

  /** Whether there is something to be used. */
  boolean exists() {
    return isRepository() || Files.isRegularFile(folder.resolve(CatalogFiles.INDEX));
  }

  /** Whether it can be brought up to date. */
  boolean isRepository() {
    return Files.isDirectory(git());
  }

  private Path git() {
    return folder.resolve(Constants.DOT_GIT);
  }

  /**
   * Removes locks that a process has left which was killed. For who knows that nobody works in the
   * folder now.
   */
  void unlock() throws IOException {
    if (!isRepository()) {
      return;
    }
    List<Path> locks = new ArrayList<>();
    try (var found = Files.newDirectoryStream(git(), "*" + LOCK)) {
      found.forEach(locks::add);
    }
    locks.add(git().resolve(HEAD + LOCK));
    for (Path lock : locks) {
      if (Files.deleteIfExists(lock)) {
        LOG.info("removes {}, which a server that was killed has left", lock);
      }
    }
  }

  /**
   * Makes it. It is there whole or not at all.
   *
   * @throws GitAPIException when the remote cannot be read
   * @throws IOException when it sends too much, among others
   */
  void make(String url) throws GitAPIException, IOException {
    Path parent = Files.createDirectories(folder.getParent());
    Path fresh = parent.resolve(folder.getFileName() + ".new");
    remove(fresh);
    FS.getFileStoreAttributes(parent); // tries out the disk here, not in what may be removed
    try {
      Git.init().setDirectory(fresh.toFile()).call().close();
      fetchInto(fresh, url);
    } catch (GitAPIException | IOException | RuntimeException e) {
      try {
        remove(fresh);
      } catch (IOException left) { // the next one who makes it removes it
        e.addSuppressed(left);
      }
      throw e;
    }
    Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Brings it up to date.
   *
   * @return why all stays as it was, in sentences: files that somebody has changed here and the
   *     remote has changed too, or a commit that is no catalog; empty when it is up to date
   */
  List<String> update(String url) throws GitAPIException, IOException {
    try (Repository repository = BoundedRepository.in(folder);
        Git git = new Git(repository)) {
      fetch(git, url);
      requireCatalog(repository);
      checkout(git);
      return List.of();
    } catch (CheckoutConflictException e) {
      return List.of(
          "the catalog in %s stays as it is, as these files were changed in it and in the repository: %s"
              .formatted(folder, String.join(", ", e.getConflictingPaths())));
    } catch (MnException e) {
      return List.of(
          "the catalog in %s stays as it is, as the newest commit of the repository is no catalog: %s"
              .formatted(folder, e.getMessage()));
    }
  }

  private static void fetchInto(Path folder, String url) throws GitAPIException, IOException {
    try (Repository repository = BoundedRepository.in(folder);
        Git git = new Git(repository)) {
      fetch(git, url);
      checkout(git);
    }
  }

  private static void fetch(Git git, String url) throws GitAPIException {
    git.fetch()
        .setRemote(url)
        .setRefSpecs(new RefSpec("+" + Constants.HEAD + ":" + HEAD))
        .setDepth(1)
        .setTagOpt(TagOpt.NO_TAGS)
        .setTransportConfigCallback(BoundedGitHttp::bound)
        .setTimeout(TIMEOUT_SECONDS)
        .call();
  }

  /** Nobody is served a commit by which all blueprints would be gone. */
  private static void requireCatalog(Repository repository) throws IOException {
    CatalogFiles.require(
        content(repository, CatalogFiles.INDEX), content(repository, CatalogFiles.CATEGORIES));
  }

  /** A file of the newest commit; null when there is none. */
  private static byte[] content(Repository repository, String file) throws IOException {
    ObjectId stored = repository.resolve(HEAD + ":" + file);
    if (stored == null) {
      return null;
    }
    ObjectLoader found = repository.open(stored);
    if (found.getSize() > CatalogFiles.MOST) {
      return new byte[CatalogFiles.MOST + 1]; // which is refused
    }
    return found.getBytes(CatalogFiles.MOST);
  }

  private static void checkout(Git git) throws GitAPIException, IOException {
    ObjectId newest = git.getRepository().resolve(HEAD);
    ObjectId present = git.getRepository().resolve(Constants.HEAD);
    if (newest.equals(present)) {
      return;
    }
    RemoteBounds.requireSmall(git.getRepository(), newest);
    try {
      git.checkout().setName(newest.name()).call();
    } catch (CheckoutConflictException e) {
      for (String path : e.getConflictingPaths()) {
        if (!isAsIn(newest, path, git.getRepository())) {
          throw e;
        }
      }
      // A server that was killed had come that far.
      git.checkout().setStartPoint(newest.name()).addPaths(e.getConflictingPaths()).call();
      git.checkout().setName(newest.name()).call();
    }
  }

  private static boolean isAsIn(ObjectId commit, String path, Repository repository)
      throws IOException {
    Path file = repository.getWorkTree().toPath().resolve(path);
    ObjectId stored = repository.resolve(commit.name() + ":" + path);
    try (var formatter = new ObjectInserter.Formatter()) {
      return stored != null
          && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          && stored.equals(formatter.idFor(Constants.OBJ_BLOB, Files.readAllBytes(file)));
    }
  }

  private static void remove(Path folder) throws IOException {
    try (OpenFolder parent = OpenFolder.at(folder.getParent())) {
      parent.deleteTree(folder.getFileName().toString());
    }
  }
}

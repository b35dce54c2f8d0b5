package io.mirrorneuron.blueprint.git;

import io.mirrorneuron.untrusted.OpenFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.CheckoutConflictException;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.TagOpt;

/**
 * The newest commit of a repository's default branch, checked out. What somebody has changed in it
 * stays: nothing is merged, reset or cleaned.
 *
 * @param folder of the working tree
 */
record Clone(Path folder) {
  private static final String HEAD = "refs/remotes/origin/head";
  private static final int TIMEOUT_SECONDS = 30;

  boolean exists() {
    return Files.isDirectory(folder.resolve(Constants.DOT_GIT));
  }

  /**
   * Makes it. It is there whole or not at all.
   *
   * @throws GitAPIException when the remote cannot be read
   */
  void make(String url) throws GitAPIException, IOException {
    Path parent = Files.createDirectories(folder.getParent());
    Path fresh = parent.resolve(folder.getFileName() + ".new");
    remove(fresh);
    try (Git git = Git.init().setDirectory(fresh.toFile()).call()) {
      fetch(git, url);
      checkout(git);
    } catch (GitAPIException | IOException | RuntimeException e) {
      remove(fresh);
      throw e;
    }
    Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Brings it up to date.
   *
   * @return files that somebody has changed here and the remote has changed too; then all stays as
   *     it was
   */
  List<String> update(String url) throws GitAPIException, IOException {
    try (Git git = Git.open(folder.toFile())) {
      fetch(git, url);
      checkout(git);
      return List.of();
    } catch (CheckoutConflictException e) {
      return e.getConflictingPaths();
    }
  }

  private static void fetch(Git git, String url) throws GitAPIException {
    git.fetch()
        .setRemote(url)
        .setRefSpecs(new RefSpec("+" + Constants.HEAD + ":" + HEAD))
        .setDepth(1)
        .setTagOpt(TagOpt.NO_TAGS)
        .setTimeout(TIMEOUT_SECONDS)
        .call();
  }

  private static void checkout(Git git) throws GitAPIException, IOException {
    ObjectId newest = git.getRepository().resolve(HEAD);
    ObjectId present = git.getRepository().resolve(Constants.HEAD);
    if (!newest.equals(present)) {
      git.checkout().setName(newest.name()).call();
    }
  }

  private static void remove(Path folder) throws IOException {
    try (OpenFolder parent = OpenFolder.at(folder.getParent())) {
      parent.deleteTree(folder.getFileName().toString());
    }
  }
}

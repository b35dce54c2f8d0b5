package io.mirrorneuron.blueprint;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.Sha256;
import io.mirrorneuron.store.bundle.StagedFolder;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.api.errors.JGitInternalException;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A catalog in a git repository. The last good checkout is served at once, whatever the remote's
 * state; a newer commit is fetched in the background and checked out in the same folder, by one
 * thread at a time and no other program. Thread-safe.
 */
public final class GitCatalog implements CatalogSource {
  private static final Logger LOG = LoggerFactory.getLogger(GitCatalog.class);

  /** For the first checkout; it goes on when the caller does not wait any more. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** After a first fetch that failed. */
  private static final long RETRY_AFTER_MS = 2000;

  private static final int NAME_DIGITS = 12;

  private final String url;
  private final Duration refresh;
  private final LongSupplier nanoTime;
  private final Path home;
  private final GitClone clone;
  private final OldClones others;
  private CompletableFuture<List<String>> fetch;
  private long fetchedAt;

  /** Only for the one thread that fetches. */
  private volatile boolean isUnlocked;

  /**
   * @param url that git reads from; may hold a password, which is told nobody
   * @param cache where clones are kept, made when absent
   * @param refresh how old a checkout may be before it is looked for changes
   * @param kept how long clones of other repositories stay that no server asks for
   * @param nanoTime a clock that only goes forward
   * @param clock says how old clones of other repositories are
   */
  public GitCatalog(
      String url, Path cache, Duration refresh, Duration kept, LongSupplier nanoTime, Clock clock) {
    this.url = url;
    this.refresh = refresh;
    this.nanoTime = nanoTime;
    this.home = cache.resolve(".git-home");
    this.clone = new GitClone(cache.resolve(folderName(url)));
    this.others = new OldClones(cache, kept, clock);
  }

  private static String folderName(String url) {
    String name = url.replaceAll("/+$", "").replaceAll("\\.git$", "").replaceAll(".*[/:]", "");
    String safe = name.replaceAll("[^A-Za-z0-9._-]", "_").replaceAll("^\\.+", "");
    return safe + "-" + Sha256.of(url).substring(0, NAME_DIGITS);
  }

  @Override
  public Path folder() {
    CompletableFuture<List<String>> running = fetchWhenDue();
    if (!clone.exists()) {
      await(running);
    }
    try {
      return clone.folder().toRealPath();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public List<String> refresh() {
    CompletableFuture<List<String>> running = fetchWhenOlder(Duration.ZERO);
    if (!clone.exists()) {
      return await(running);
    }
    try {
      return running.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      return List.of(stays(e.getCause()));
    } catch (TimeoutException e) {
      return List.of("the catalog is being fetched still; until then it stays as it is");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw MnException.unavailable("the server is stopping", e);
    }
  }

  private String stays(Throwable cause) {
    return "the catalog could not be fetched, and stays as it is: "
        + Reason.of(cause, home.getParent());
  }

  private CompletableFuture<List<String>> fetchWhenDue() {
    return fetchWhenOlder(clone.exists() ? refresh : Duration.ofMillis(RETRY_AFTER_MS));
  }

  private synchronized CompletableFuture<List<String>> fetchWhenOlder(Duration pause) {
    long now = nanoTime.getAsLong();
    if (fetch == null || (fetch.isDone() && now - fetchedAt >= pause.toNanos())) {
      fetchedAt = now;
      fetch = new CompletableFuture<>();
      CompletableFuture<List<String>> started = fetch;
      Thread.ofVirtual().name("mn-catalog-fetch").start(() -> fetch(started));
    }
    return fetch;
  }

  private void fetch(CompletableFuture<List<String>> done) {
    try {
      GitHome.in(home);
      if (!isUnlocked) {
        clone.unlock();
        isUnlocked = true;
      }
      List<String> warnings = List.of();
      if (clone.isRepository()) {
        warnings = clone.update(url);
        warnings.forEach(words -> LOG.warn("{}", words));
      } else if (!clone.exists()) {
        clone.make(url);
      }
      others.remove(clone.folder());
      done.complete(warnings);
    } catch (GitAPIException | IOException | JGitInternalException e) {
      LOG.warn("{}", stays(e));
      done.completeExceptionally(e);
    } catch (RuntimeException | Error e) {
      done.completeExceptionally(e);
      throw e;
    }
  }

  /** Waits for a fetch that is under way, for some seconds. */
  @Override
  public void close() {
    CompletableFuture<List<String>> running;
    synchronized (this) {
      running = fetch;
    }
    if (running != null) {
      running.completeOnTimeout(null, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      running.handle((done, failure) -> null).join();
    }
  }

  private List<String> await(CompletableFuture<List<String>> running) {
    try {
      return running.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failed(e.getCause());
    } catch (TimeoutException e) {
      throw MnException.unavailable(
              "the blueprint catalog is being fetched for the first time; try again", null)
          .withRetryAfter(RETRY_AFTER_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw MnException.unavailable("the server is stopping", e);
    }
  }

  private MnException failed(Throwable cause) {
    return new MnException(
        ErrorCode.INTERNAL,
        "catalog_broken",
        "blueprint repo clone failed: " + Reason.of(cause, home.getParent()),
        null,
        cause);
  }

  /** Clones of repositories that no server has asked for a while: they are configured no more. */
  private record OldClones(Path cache, Duration kept, Clock clock) {
    private static final Logger LOG = LoggerFactory.getLogger(OldClones.class);
    private static final Pattern OURS = Pattern.compile(".+-[0-9a-f]{12}");

    /**
     * Removes them.
     *
     * @param used the clone that is in use, which is young from now on
     */
    void remove(Path used) throws IOException {
      Instant now = clock.instant();
      new StagedFolder(used).renew(now);
      try (Stream<Path> all = Files.list(cache)) {
        for (Path folder : (Iterable<Path>) all::iterator) {
          boolean isOurs =
              OURS.matcher(folder.getFileName().toString()).matches()
                  && Files.isDirectory(folder.resolve(".git"));
          if (isOurs && new StagedFolder(folder).renewed().isBefore(now.minus(kept))) {
            LOG.info("removes {}: no server has asked for that catalog for {}", folder, kept);
            new StagedFolder(folder).delete();
          }
        }
      }
    }
  }

  /** Why a remote could not be read, for callers and logs: no password and no place on our disk. */
  private static final class Reason {
    /** Of a chain of causes. */
    private static final int MOST = 5;

    private static final int SHOWN_CHARS = 500;

    private Reason() {}

    /**
     * @param cache the folder that is not told
     */
    static String of(Throwable failure, Path cache) {
      List<String> words = new ArrayList<>();
      Throwable cause = failure;
      for (int i = 0; i < MOST && cause != null; i++) {
        String reported = words(cause);
        if (words.stream().noneMatch(before -> before.contains(reported))) {
          words.add(reported);
        }
        cause = cause.getCause();
      }
      String all =
          String.join(": ", words)
              .replace(cache.toString(), "the cache of catalogs")
              .replaceAll("/proc/self/fd/\\d+", "the cache of catalogs")
              .replaceAll("://[^/\\s]*@", "://")
              .replaceAll("\\p{Cntrl}+", " ");
      return all.length() <= SHOWN_CHARS ? all : all.substring(0, SHOWN_CHARS) + "…";
    }

    private static String words(Throwable cause) {
      String message = cause.getMessage();
      String kind = cause.getClass().getSimpleName();
      if (cause
          instanceof FileSystemException file) { // whose message may be a path and nothing else
        return file.getReason() == null ? kind + " in the cache of catalogs" : file.getReason();
      }
      return message == null || message.isBlank() ? kind : message;
    }
  }

  /**
   * Keeps git's own notes in a folder of this server: neither the configuration of the machine nor
   * that of its user takes part, and nothing is written into a home directory.
   */
  static final class GitHome extends SystemReader.Delegate {
    private final Path folder;

    private GitHome(Path folder) {
      super(SystemReader.getInstance());
      this.folder = folder;
    }

    /** For the whole process; to be called before git is used. */
    static synchronized void in(Path folder) {
      if (!(SystemReader.getInstance() instanceof GitHome)) {
        FS.FileStoreAttributes.setBackground(true);
        SystemReader.setInstance(new GitHome(folder));
      }
    }

    @Override
    public FileBasedConfig openUserConfig(Config parent, FS fs) {
      return config(parent, fs, "user.config");
    }

    @Override
    public FileBasedConfig openSystemConfig(Config parent, FS fs) {
      return config(parent, fs, "system.config");
    }

    @Override
    public FileBasedConfig openJGitConfig(Config parent, FS fs) {
      return config(parent, fs, "jgit.config");
    }

    @Override
    public StoredConfig getUserConfig() {
      return config(null, FS.DETECTED, "user.config");
    }

    private FileBasedConfig config(Config parent, FS fs, String name) {
      return new FileBasedConfig(parent, folder.resolve(name).toFile(), fs);
    }
  }
}

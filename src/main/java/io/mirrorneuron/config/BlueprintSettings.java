package io.mirrorneuron.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Where the catalog of blueprints comes from.
 *
 * @param repo git URL; blank when the source is another
 * @param local folder of a catalog, or null
 * @param cache where clones of repositories are kept
 * @param refresh how old a clone may be before it is looked for changes
 * @param launches what they may do here
 * @param kept how long what is needed no more stays
 */
public record BlueprintSettings(
    Source source,
    String repo,
    Path local,
    Path cache,
    Duration refresh,
    LaunchSettings launches,
    Kept kept) {
  private static final String SOURCE = "blueprint.source";
  private static final String REPO = "blueprint.repo";
  private static final String LOCAL = "blueprint.local";
  private static final String CACHE = "blueprint.repo_cache";
  private static final int DAY = 86_400;
  private static final String GIT_URL = "(https?|git|file)://\\S+";

  /**
   * How long what is needed no more stays.
   *
   * @param clones of repositories that are configured no more
   * @param launches that are over, with their progress
   * @param mostFailed launches that failed; of more the oldest go before their time
   */
  public record Kept(Duration clones, Duration launches, int mostFailed) {
    private static Kept read(Settings settings) {
      return new Kept(
          Duration.ofSeconds(settings.number("blueprint.repo_ttl_seconds", DAY, Integer.MAX_VALUE)),
          Duration.ofSeconds(
              settings.number("blueprint.progress_ttl_seconds", 60, Integer.MAX_VALUE)),
          (int) settings.number("blueprint.failed_launches_max_count", 1, Integer.MAX_VALUE));
    }
  }

  public enum Source {
    /** The catalog that comes with the program. */
    BUILTIN,
    /** A git repository, wherever it is. */
    GITHUB,
    /** A folder of this machine. */
    LOCAL
  }

  static BlueprintSettings read(Settings settings, ConfigReader paths) {
    Path local = paths.optionalPath(LOCAL);
    String repo = settings.text(REPO);
    boolean named = !settings.text(SOURCE).isEmpty();
    settings.requireText(
        REPO,
        repo.isEmpty() || repo.matches(GIT_URL),
        "a git URL such as https://git.example/blueprints.git (https, http, git or file; for ssh,"
            + " clone it yourself and set "
            + LOCAL
            + ")");
    settings.requireText(
        SOURCE,
        named || repo.isEmpty() || local == null,
        "github or local, as both " + REPO + " and " + LOCAL + " are set");
    Source source =
        named
            ? settings.choice(SOURCE, Source.class)
            : repo.isEmpty() ? place(local) : Source.GITHUB;
    settings.requireText(
        REPO, source != Source.GITHUB || !repo.isEmpty(), "a git URL, as " + SOURCE + " is github");
    settings.requireText(
        LOCAL, source != Source.LOCAL || local != null, "a folder, as " + SOURCE + " is local");
    return new BlueprintSettings(
        source,
        repo,
        local,
        paths.path(CACHE),
        Duration.ofSeconds(settings.number("blueprint.repo_refresh_seconds", 1, DAY / 2)),
        LaunchSettings.read(settings, paths),
        Kept.read(settings));
  }

  /** Folders of this machine in which its blueprints lie. */
  List<Path> catalogs(Path home) {
    Path folder =
        switch (source) {
          case BUILTIN -> home.resolve("catalog");
          case GITHUB -> cache;
          case LOCAL -> local;
        };
    return folder == null ? List.of() : List.of(folder);
  }

  private static Source place(Path local) {
    return local == null ? Source.BUILTIN : Source.LOCAL;
  }
}

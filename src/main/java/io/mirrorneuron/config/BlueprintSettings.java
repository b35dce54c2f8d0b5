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
 */
public record BlueprintSettings(
    Source source, String repo, Path local, Path cache, Duration refresh, LaunchSettings launches) {
  private static final String SOURCE = "blueprint.source";
  private static final String REPO = "blueprint.repo";
  private static final String LOCAL = "blueprint.local";
  private static final String CACHE = "blueprint.repo_cache";
  private static final String GIT_URL = "(https?|git|file)://\\S+";

  /** Kinds of places. */
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
        Duration.ofSeconds(settings.number("blueprint.repo_refresh_seconds", 1, Integer.MAX_VALUE)),
        LaunchSettings.read(settings, paths));
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

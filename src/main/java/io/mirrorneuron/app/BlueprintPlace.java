package io.mirrorneuron.app;

import io.mirrorneuron.blueprint.BuiltInCatalog;
import io.mirrorneuron.blueprint.CatalogSource;
import io.mirrorneuron.blueprint.GitCatalog;
import io.mirrorneuron.blueprint.LocalCatalog;
import io.mirrorneuron.config.BlueprintSettings;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.gateway.Health;
import java.nio.file.Path;
import java.time.Clock;

/** The source of this server's blueprints, and its description. */
final class BlueprintPlace {
  private BlueprintPlace() {}

  static CatalogSource source(Config config) {
    BlueprintSettings settings = config.blueprints();
    return switch (settings.source()) {
      case BUILTIN -> new BuiltInCatalog(builtIn(config));
      case LOCAL -> new LocalCatalog(settings.local());
      case GITHUB ->
          new GitCatalog(
              settings.repo(),
              settings.cache(),
              settings.refresh(),
              settings.kept().clones(),
              System::nanoTime,
              Clock.systemUTC());
    };
  }

  private static Path builtIn(Config config) {
    return config.home().resolve("catalog");
  }

  /** For {@code GET /health}; the built-in catalog is reported as a local one. */
  static Health.Blueprints reported(Config config) {
    BlueprintSettings settings = config.blueprints();
    String repo = settings.repo().replaceAll("://[^/@]+@", "://");
    return switch (settings.source()) {
      case GITHUB -> new Health.Blueprints("github", repo, "", repo);
      case LOCAL -> local(repo, settings.local());
      case BUILTIN -> local(repo, builtIn(config));
    };
  }

  private static Health.Blueprints local(String repo, Path folder) {
    return new Health.Blueprints("local", repo, folder.toString(), folder.toString());
  }
}

package io.mirrorneuron.cli;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigException;
import io.mirrorneuron.config.ConfigLoader;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;

/** Address of this user's server, for commands that only print or store it. */
@Command
public final class ServerAddress {
  private static final Pattern ORIGIN = Pattern.compile("https?://[^/\\s]+");

  private final Screen screen;

  ServerAddress(Screen screen) {
    this.screen = screen;
  }

  /** Its address without a path; nothing is asked. */
  public Optional<String> address() {
    try {
      Config.Api api =
          new ConfigLoader(screen.environment(), null, Map.of(), screen.userHome())
              .loadForClient()
              .api();
      Matcher origin = ORIGIN.matcher(api.isKnown() ? api.baseUrl() : "");
      return origin.lookingAt() ? Optional.of(origin.group()) : Optional.empty();
    } catch (ConfigException e) {
      return Optional.empty(); // told by those who need it
    }
  }
}

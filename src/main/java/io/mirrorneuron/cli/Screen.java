package io.mirrorneuron.cli;

import io.mirrorneuron.config.ConfigLoader;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/**
 * Environment of commands: variables and terminal, if any.
 *
 * @param interactive whether a person watches
 * @param userHome what {@code ~} stands for
 */
public record Screen(Map<String, String> environment, boolean interactive, Path userHome) {

  /** The variables and the terminal of this process. */
  public static Screen ofProcess() {
    Console console = System.console();
    Map<String, String> environment = ConfigLoader.environment();
    return new Screen(
        environment,
        console != null && console.isTerminal() && !"dumb".equals(environment.get("TERM")),
        Path.of(System.getProperty("user.home")));
  }

  /** Creates commands and their mixins; client commands get this screen. */
  public IFactory factory() {
    return new IFactory() {
      @Override
      public <K> K create(Class<K> type) throws Exception {
        if (type == Client.class) {
          return type.cast(new Client(Screen.this));
        } else if (type == ApiClient.class) {
          return type.cast(new ApiClient(Screen.this));
        } else if (type == EitherClient.class) {
          return type.cast(new EitherClient(Screen.this));
        } else if (type == RunsClient.class) {
          return type.cast(new RunsClient(Screen.this));
        } else if (type == ServerAddress.class) {
          return type.cast(new ServerAddress(Screen.this));
        }
        return CommandLine.defaultFactory().create(type);
      }
    };
  }

  public AnsiStyle paint() {
    boolean plain =
        !environment.getOrDefault("NO_COLOR", "").isEmpty()
            || "plain".equals(environment.get("MN_CLI_OUTPUT"));
    return interactive && !plain ? AnsiStyle.COLOURED : AnsiStyle.PLAIN;
  }

  /** Whether lines may be rewritten in place; build servers have terminals that nobody watches. */
  public boolean isLive() {
    return interactive
        && !environment.containsKey("CI")
        && !environment.containsKey("GITHUB_ACTIONS");
  }

  /** Columns of a line at most; without a terminal there is no limit unless COLUMNS sets one. */
  public int columns() {
    String set = environment.getOrDefault("COLUMNS", "");
    if (set.matches("[1-9]\\d{0,4}")) {
      return Integer.parseInt(set);
    }
    if (!interactive) {
      return Integer.MAX_VALUE;
    }
    try (Terminal terminal = openTerminal()) {
      return terminal.getWidth() > 0 ? terminal.getWidth() : 80;
    } catch (IOException e) {
      return 80;
    }
  }

  /** Whose clock the person reads: that of the variable TZ, else of this machine. */
  ZoneId zone() {
    String set = environment.getOrDefault("TZ", "").replaceFirst("^:", "");
    return ZoneId.getAvailableZoneIds().contains(set) ? ZoneId.of(set) : ZoneId.systemDefault();
  }

  /** What a person types, line by line. */
  public BufferedReader input() {
    return new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
  }

  /**
   * A line that a person types without seeing it, where there is a terminal that can hide it.
   *
   * @param lines of {@link #input}, where there is none
   * @return null when the input has ended
   */
  public String secret(BufferedReader lines) throws IOException {
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      return lines.readLine();
    }
    char[] typed = console.readPassword();
    return typed == null ? null : new String(typed);
  }

  /**
   * The name of the system user; empty if it is not a usable name, as in containers whose user has
   * no entry in the user table.
   */
  public static Optional<String> user() {
    return Optional.ofNullable(System.getProperty("user.name"))
        .filter(name -> name.matches("[\\p{L}\\p{N}].*"));
  }

  /** The terminal of this process. Its signals stay the JVM's, whose hooks run at Ctrl-C. */
  public static Terminal openTerminal() throws IOException {
    return TerminalBuilder.builder().system(true).nativeSignals(false).build();
  }
}

package io.mirrorneuron.config;

import static io.mirrorneuron.config.Settings.Layer.ENVIRONMENT_FILE;
import static io.mirrorneuron.config.Settings.Layer.FILE;
import static io.mirrorneuron.config.Settings.Layer.FLAG;
import static io.mirrorneuron.config.Settings.Layer.PERSISTED;
import static io.mirrorneuron.config.Settings.Layer.VARIABLE;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.mirrorneuron.config.bundle.SettingsBundle;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Makes the {@link Config} of a process from files, variables and flags, or says everything that is
 * wrong with them. The only reader of the environment. An instance serves one load.
 */
public final class ConfigLoader {
  /** What {@code docker-compose.env} may say; the rest counts only in the environment itself. */
  private static final Set<String> PERSISTED_KEYS =
      Set.of(
          "env",
          "runs_root",
          "shared_storage_root",
          "logs_root",
          "api.host",
          "api.port",
          "api.base_url",
          "core.host",
          "grpc.port",
          "grpc.target",
          "grpc.timeout_seconds",
          "grpc.auth_token",
          "grpc.auth_token_file",
          "grpc.admin_token",
          "grpc.admin_token_file",
          "network.expose",
          "network.advertise_host");

  private static final Set<String> OPTIONS =
      Set.of("api.host", "api.port", "grpc.host", "grpc.port");

  private final Map<String, String> environment;
  private final Path file;
  private final Map<String, String> flags;
  private final Settings settings = new Settings(bundled("default").orElseThrow());
  private final ConfigReader reader;

  /**
   * @param environment variables of the process
   * @param file the file of {@code --config}, or null
   * @param flags values of the command line by dotted key
   * @param userHome what {@code ~} stands for
   */
  public ConfigLoader(
      Map<String, String> environment, Path file, Map<String, String> flags, Path userHome) {
    this.environment = Map.copyOf(environment);
    this.file = file;
    this.flags = Map.copyOf(flags);
    this.reader = new ConfigReader(settings, this.environment, file, userHome);
  }

  /** A loader for this process. */
  public static ConfigLoader ofProcess(Path file, Map<String, String> flags) {
    return new ConfigLoader(environment(), file, flags, Path.of(System.getProperty("user.home")));
  }

  public static Map<String, String> environment() {
    return System.getenv();
  }

  /** The variable that sets a key: {@code api.port} is {@code MN_API_PORT}. */
  public static String variable(String key) {
    return "MN_" + key.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  /**
   * @throws ConfigException with every problem found
   */
  public Config load() {
    return load(config -> List.of());
  }

  /**
   * @param further finds problems that only the parts which use the settings know
   * @throws ConfigException with every problem found
   */
  public Config load(Function<Config, List<String>> further) {
    addLayers();
    Config config = reader.read();
    checkEndpoints(config);
    config.node().bus().faults(config.asksWhoCalls()).forEach(settings::problem);
    further.apply(config).forEach(settings::problem);
    return sound(config);
  }

  /**
   * As {@link #load()}, without the checks of ports: for a process that opens none.
   *
   * @throws ConfigException with every problem found
   */
  public Config loadForClient() {
    addLayers();
    return sound(reader.read());
  }

  /** Warnings about variables that look like settings but are none, one sentence each. */
  public List<String> strangers() {
    Set<String> variables = new HashSet<>();
    for (String key : settings.keys()) {
      variables.addAll(SettingAlias.variables(key));
    }
    return UnknownVariables.of(variables, bundled("variables").orElseThrow())
        .among(environment.keySet());
  }

  /** Settings that differ from the defaults, one line each; secrets are hidden. */
  public List<String> changes() {
    return settings.changes();
  }

  private Config sound(Config config) {
    if (!settings.problems().isEmpty()) {
      throw new ConfigException(settings.problems());
    }
    return config;
  }

  private void addLayers() {
    if (file != null) {
      settings.add(document(file), FILE, file.toString());
    }
    for (String key : settings.keys()) {
      for (String name : SettingAlias.variables(key)) {
        settings.add(key, environment.get(name), VARIABLE, name);
      }
    }
    flags.forEach((key, value) -> settings.add(key, value, FLAG, option(key)));
    settings.add("temp_dir", environment.get("TMPDIR"), ENVIRONMENT_FILE, "TMPDIR");
    Map<String, String> persisted = HomeFiles.persisted(reader.home());
    for (String key : PERSISTED_KEYS) {
      settings.add(key, persisted.get(variable(key)), PERSISTED, "docker-compose.env");
    }
    String profile = settings.text("env").toLowerCase(Locale.ROOT);
    if (profile.matches("[a-z]+")) {
      bundled(profile)
          .ifPresent(more -> settings.add(more, ENVIRONMENT_FILE, "conf/" + profile + ".yaml"));
    }
  }

  /** Refuses a port that other machines can reach without authentication by a configured secret. */
  private void checkEndpoints(Config config) {
    if (config.asksWhoCalls()) {
      return;
    }
    checkReach("api.host", config.api().host(), "");
    if (!settings.isSet("grpc.auth_token") && !settings.isSet("grpc.auth_token_file")) {
      checkReach("grpc.host", config.grpc().host(), ", grpc.auth_token (MN_GRPC_AUTH_TOKEN)");
    }
    if (config.api().corsAllowOrigins().contains("*")) {
      settings.problem(
          "api.cors_allow_origins * lets every page that this machine's users look at run programs"
              + " here: list the origins, or set api.token (MN_API_TOKEN)");
    }
    if (config.env() == Config.Env.PROD) {
      settings.problem("env prod needs api.token (MN_API_TOKEN) or auth.jwt.algorithms");
    }
  }

  /**
   * @param also further settings that would do, for the sentence
   */
  private void checkReach(String key, String host, String also) {
    if (!isKnown(host)) {
      settings.problem(key + " " + host + ": no machine of that name is known here");
    } else if (!isLoopback(host)) {
      settings.problem(
          key
              + " "
              + host
              + " can be reached from other machines: set api.token (MN_API_TOKEN)"
              + also
              + " or auth.jwt.algorithms, or bind localhost");
    }
  }

  private static String option(String key) {
    return OPTIONS.contains(key) ? "--" + key.replace('.', '-') : "--set " + key;
  }

  private static boolean isKnown(String host) {
    try {
      return InetAddress.getByName(host) != null;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private JsonNode document(Path path) {
    try {
      JsonNode document = new YAMLMapper().readTree(Files.readString(path));
      if (document.isObject() || document.isMissingNode() || document.isNull()) {
        return document;
      }
      settings.problem(path + " must hold settings by name");
    } catch (JsonProcessingException e) {
      settings.problem(
          path + " is not YAML: " + e.getOriginalMessage().lines().findFirst().orElse(""));
    } catch (IOException e) {
      settings.problem(
          path
              + (Files.isDirectory(path)
                  ? " is a folder, not a file of settings"
                  : " cannot be read"));
    }
    return Json.object();
  }

  private static Optional<JsonNode> bundled(String name) {
    return SettingsBundle.find(name).map(text -> Json.parseObject(text, "conf/" + name));
  }

  /**
   * Finds variables that look like settings and are none. They are told, not refused: a server that
   * is started inside a program carries many that are not meant for it.
   *
   * @param settings the variables that set something
   * @param known others that are told to nobody; a {@code *} at the end stands for any rest
   * @param unused others that mean something to other builds
   */
  private record UnknownVariables(Set<String> settings, List<String> known, List<String> unused) {
    private static final String PREFIX = "MN_";

    /**
     * @param names the document {@code conf/variables.yaml}
     */
    static UnknownVariables of(Set<String> settings, JsonNode names) {
      return new UnknownVariables(
          settings, texts(names.path("known")), texts(names.path("unused")));
    }

    private static List<String> texts(JsonNode list) {
      return Json.elements(list).map(JsonNode::asText).toList();
    }

    /** A sentence for each that may be misspelt, and one for all that are unused. */
    List<String> among(Collection<String> variables) {
      List<String> sentences = new ArrayList<>();
      Set<String> idle = new TreeSet<>();
      for (String variable : new TreeSet<>(variables)) {
        if (!variable.startsWith(PREFIX)
            || settings.contains(variable)
            || matches(known, variable)) {
          continue;
        }
        if (matches(unused, variable)) {
          idle.add(variable);
        } else {
          sentences.add(variable + " sets nothing: there is no such setting" + meant(variable));
        }
      }
      if (!idle.isEmpty()) {
        sentences.add("this build does not use " + String.join(", ", idle));
      }
      return sentences;
    }

    private static boolean matches(List<String> patterns, String variable) {
      return patterns.stream()
          .anyMatch(
              pattern ->
                  pattern.endsWith("*")
                      ? variable.startsWith(pattern.substring(0, pattern.length() - 1))
                      : variable.equals(pattern));
    }

    private String meant(String variable) {
      List<String> names =
          Stream.concat(settings.stream(), unused.stream())
              .map(name -> name.substring(PREFIX.length()))
              .toList();
      return NearestMatch.of(variable.substring(PREFIX.length()), names)
          .map(near -> "; did you mean " + PREFIX + near + "?")
          .orElse("");
    }
  }
}

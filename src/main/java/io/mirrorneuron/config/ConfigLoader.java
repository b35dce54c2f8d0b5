package io.mirrorneuron.config;

import static io.mirrorneuron.config.Settings.Layer.ENVIRONMENT_FILE;
import static io.mirrorneuron.config.Settings.Layer.FILE;
import static io.mirrorneuron.config.Settings.Layer.FLAG;
import static io.mirrorneuron.config.Settings.Layer.PERSISTED;
import static io.mirrorneuron.config.Settings.Layer.VARIABLE;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes the {@link Config} of a process from files, variables and flags, or says everything that is
 * wrong with them. The only reader of the environment. An instance serves one load.
 */
public final class ConfigLoader {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final List<String> LEVELS =
      List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");
  private static final Pattern VARIABLE_REFERENCE =
      Pattern.compile("\\$(?:\\{([A-Za-z_]\\w*)}|([A-Za-z_]\\w*))");

  /** What {@code docker-compose.env} may say; the rest counts only in the environment itself. */
  private static final Set<String> PERSISTED_KEYS =
      Set.of(
          "env",
          "runs_root",
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
          "grpc.admin_token_file");

  private final Map<String, String> environment;
  private final Path file;
  private final Map<String, String> flags;
  private final Path userHome;
  private final Settings settings = new Settings(bundled("default.yaml"));

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
    this.userHome = userHome;
  }

  /** A loader for this process. */
  public static ConfigLoader ofProcess(Path file, Map<String, String> flags) {
    return new ConfigLoader(environment(), file, flags, Path.of(System.getProperty("user.home")));
  }

  /** The variables of this process. */
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
    addLayers();
    Config config = read();
    checkDoors(config);
    return sound(config);
  }

  /**
   * The same for a process that opens no door, so that nothing is asked of one.
   *
   * @throws ConfigException with every problem found
   */
  public Config loadForClient() {
    addLayers();
    return sound(read());
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
      settings.add(key, environment.get(variable(key)), VARIABLE, variable(key));
    }
    flags.forEach((key, value) -> settings.add(key, value, FLAG, "--" + key.replace('.', '-')));
    Map<String, String> persisted = HomeFiles.persisted(home());
    for (String key : PERSISTED_KEYS) {
      settings.add(key, persisted.get(variable(key)), PERSISTED, "docker-compose.env");
    }
    String profile = settings.text("env").toLowerCase(Locale.ROOT) + ".yaml";
    if (profile.matches("[a-z]+\\.yaml") && resource(profile) != null) {
      settings.add(bundled(profile), ENVIRONMENT_FILE, "conf/" + profile);
    }
  }

  private Config read() {
    Path home = home();
    ClientTargets targets = new ClientTargets(settings, HomeFiles.running(home));
    return new Config(
        settings.choice("env", Config.Env.class),
        home,
        api(targets.apiBaseUrl()),
        grpc(targets.grpc()),
        new Config.Redis(
            redisUrl(),
            optionalPath("redis.server"),
            settings.choice("redis.fsync", Config.Fsync.class),
            settings.word("redis.namespace")),
        executors(),
        new Config.Retention(
            Duration.ofSeconds(settings.number("terminal_job_ttl_seconds", 1, Integer.MAX_VALUE)),
            (int) settings.number("event_max_count", 1, Integer.MAX_VALUE)),
        new Config.Recovery(settings.choice("recovery.in_flight", Config.InFlight.class)),
        new Config.Log(
            settings.choice("log.level", LEVELS),
            settings.choice("log.format", Config.LogFormat.class),
            path("logs_root"),
            settings.number("log.max_bytes", 1, Long.MAX_VALUE),
            (int) settings.number("log.backup_count", 0, 1000)));
  }

  private Config.Api api(String baseUrl) {
    return new Config.Api(
        settings.word("api.host"),
        settings.port("api.port"),
        new Secret(settings.text("api.token")),
        settings.list("api.cors_allow_origins"),
        settings.number("api.request_size_limit_bytes", 1, Integer.MAX_VALUE),
        settings.number("api.upload_size_limit_bytes", 1, Long.MAX_VALUE),
        baseUrl);
  }

  private Config.Grpc grpc(String target) {
    return new Config.Grpc(
        settings.word("grpc.host"),
        settings.port("grpc.port"),
        target,
        timeout(),
        token("grpc.auth_token", "grpc_auth.token"),
        token("grpc.admin_token", "grpc_admin.token"),
        joinToken(),
        settings.flag("network.only"));
  }

  private Config.Executors executors() {
    int standard = (int) settings.number("executor.max_concurrency", 1, 100_000);
    Map<String, Integer> pools = new HashMap<>(Map.of("default", standard));
    pools.putAll(settings.counts("executor.pool_capacities"));
    String tempDir = settings.text("temp_dir");
    return new Config.Executors(
        pools,
        (int) settings.number("lease.max_queue_length", 0, Integer.MAX_VALUE),
        Duration.ofMillis(settings.number("lease.queue_timeout_ms", 0, Long.MAX_VALUE)),
        tempDir.isEmpty() ? Path.of(System.getProperty("java.io.tmpdir")) : path("temp_dir"),
        path("runs_root"),
        (int) settings.number("max_command_length", 1, Integer.MAX_VALUE),
        (int) settings.number("max_artifact_bytes", 1, Integer.MAX_VALUE),
        settings.choice("executor.default_runner", Config.DefaultRunner.class));
  }

  /**
   * A door that others can reach must ask who they are. gRPC always has a token, made if absent.
   */
  private void checkDoors(Config config) {
    if (config.api().token().isSet()) {
      return;
    }
    if (config.env() == Config.Env.PROD) {
      settings.problem("env prod needs api.token (MN_API_TOKEN)");
    }
    if (!isLoopback(config.api().host())) {
      settings.problem(
          "api.host "
              + config.api().host()
              + " can be reached from other machines: set api.token (MN_API_TOKEN) or bind localhost");
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private Duration timeout() {
    String text = settings.text("grpc.timeout_seconds");
    if (text.isEmpty() || text.equalsIgnoreCase("none")) {
      return Duration.ZERO;
    }
    long millis = -1;
    try {
      millis = new BigDecimal(text).movePointRight(3).longValue();
    } catch (NumberFormatException e) {
      // stays negative
    }
    settings.requireText(
        "grpc.timeout_seconds", millis >= 0, "a number of seconds from 0, or none");
    return Duration.ofMillis(millis);
  }

  private URI redisUrl() {
    String text = settings.text("redis.url");
    if (text.isEmpty()) {
      return null;
    }
    try {
      URI url = new URI(text);
      boolean known = Set.of("redis", "rediss", "unix").contains(String.valueOf(url.getScheme()));
      settings.requireText("redis.url", known, "a redis://, rediss:// or unix:// URL");
      return url;
    } catch (URISyntaxException e) {
      settings.requireText("redis.url", false, "a redis://, rediss:// or unix:// URL");
      return null;
    }
  }

  /** Named now; else the named file; else the file of this home; else what was persisted. */
  private Secret token(String key, String fileOfHome) {
    String plain = settings.text(key);
    Path named = optionalPath(key + "_file");
    String inFile = named == null ? "" : HomeFiles.content(named);
    if (named != null && inFile.isEmpty()) {
      settings.requireText(key + "_file", false, "a readable file that holds a token");
    }
    if (settings.isExplicit(key) && !plain.isEmpty()) {
      boolean contradiction =
          settings.isExplicit(key + "_file") && !inFile.isEmpty() && !inFile.equals(plain);
      settings.requireText(key + "_file", !contradiction, "the same token as " + key);
      return new Secret(plain);
    }
    String kept = inFile.isEmpty() ? HomeFiles.content(home().resolve(fileOfHome)) : inFile;
    return new Secret(kept.isEmpty() ? plain : kept);
  }

  private Secret joinToken() {
    String plain = settings.text("network.join_token");
    return new Secret(plain.isEmpty() ? HomeFiles.content(home().resolve("network.token")) : plain);
  }

  private Path home() {
    return expand(settings.text("home"), "");
  }

  private Path path(String key) {
    return expand(settings.text(key), home().toString());
  }

  private Path optionalPath(String key) {
    String text = settings.text(key);
    return text.isEmpty() ? null : expand(text, home().toString());
  }

  /** Replaces {@code ~}, {@code $MN_HOME} and other variables; unknown ones become empty. */
  private Path expand(String text, String home) {
    Matcher references = VARIABLE_REFERENCE.matcher(text);
    String expanded =
        references.replaceAll(
            match -> {
              String name = match.group(1) == null ? match.group(2) : match.group(1);
              String value = name.equals("MN_HOME") ? home : environment.getOrDefault(name, "");
              return Matcher.quoteReplacement(value);
            });
    if (expanded.equals("~") || expanded.startsWith("~/")) {
      expanded = userHome + expanded.substring(1);
    }
    return Path.of(expanded).toAbsolutePath().normalize();
  }

  private JsonNode document(Path path) {
    try {
      JsonNode document = YAML.readTree(Files.readString(path));
      if (document.isObject() || document.isMissingNode() || document.isNull()) {
        return document;
      }
      settings.problem(path + " must hold settings by name");
    } catch (JsonProcessingException e) {
      settings.problem(
          path + " is not YAML: " + e.getOriginalMessage().lines().findFirst().orElse(""));
    } catch (IOException e) {
      settings.problem(path + " cannot be read");
    }
    return Json.object();
  }

  private static JsonNode bundled(String name) {
    try (InputStream in = resource(name)) {
      return YAML.readTree(in);
    } catch (IOException e) {
      throw new IllegalStateException("conf/" + name + " is broken", e);
    }
  }

  private static InputStream resource(String name) {
    return ConfigLoader.class.getResourceAsStream("/conf/" + name);
  }
}

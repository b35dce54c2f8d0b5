package io.mirrorneuron.config;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes the record tree of texts by key. What does not fit is noted in the settings, not thrown, so
 * that all of it can be told at once.
 */
final class ConfigReader {
  private enum RunWrites {
    ALWAYS,
    ON_DEMAND
  }

  private static final List<String> LEVELS =
      List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");
  private static final Pattern VARIABLE_REFERENCE =
      Pattern.compile("\\$(?:\\{([A-Za-z_]\\w*)}|([A-Za-z_]\\w*))");

  private final Settings settings;
  private final Map<String, String> environment;
  private final Path file;
  private final Path userHome;

  /**
   * @param environment for references such as {@code $HOME} in paths
   * @param file that was named on the command line, or null
   * @param userHome what {@code ~} stands for
   */
  ConfigReader(Settings settings, Map<String, String> environment, Path file, Path userHome) {
    this.settings = settings;
    this.environment = environment;
    this.file = file;
    this.userHome = userHome;
  }

  Config read() {
    Path home = home();
    ClientTargets targets = new ClientTargets(settings, HomeFiles.running(home));
    BlueprintSettings blueprints = BlueprintSettings.read(settings, this);
    return new Config(
        settings.choice("env", Config.Env.class),
        home,
        api(targets),
        grpc(targets.grpc()),
        new JwtReader(settings).read(optionalPath("auth.jwt.key_file")),
        new RedisReader(settings, optionalPath("redis.tls_ca")).read(optionalPath("redis.server")),
        executors(),
        new Config.Retention(
            Duration.ofSeconds(settings.number("terminal_job_ttl_seconds", 1, Integer.MAX_VALUE)),
            (int) settings.number("event_max_count", 1, Integer.MAX_VALUE),
            (int) settings.number("state_value_max_bytes", 1, Integer.MAX_VALUE),
            Duration.ofSeconds(settings.number("bundle_archive_ttl_seconds", 1, Integer.MAX_VALUE)),
            settings.choice("runs.write", RunWrites.class) == RunWrites.ON_DEMAND),
        new Config.Recovery(settings.choice("recovery.in_flight", Config.InFlight.class)),
        new Config.Outputs(paths("outputs.roots")),
        new Config.Storage(settings.number("storage.min_free_bytes", 0, Long.MAX_VALUE)),
        new Config.Log(
            settings.choice("log.level", LEVELS),
            settings.choice("log.format", Config.LogFormat.class),
            path("logs_root"),
            settings.number("log.max_bytes", 1, Long.MAX_VALUE),
            (int) settings.number("log.backup_count", 0, 1000)),
        ConnectionLimits.read(settings),
        BundleSettings.Uploads.read(settings),
        manifests(blueprints),
        NodeSettings.read(settings, this),
        BundleSettings.read(settings, optionalPath(BundleSettings.FOLDER)),
        ServiceSettings.read(settings),
        blueprints,
        ModelSettings.read(settings, this),
        targets.webUi());
  }

  private Config.Manifests manifests(BlueprintSettings blueprints) {
    return new Config.Manifests(
        settings.choice("manifests.unknown_members", Config.UnknownMembers.class),
        new TrustedFolders(
            settings.choice(TrustedFolders.COMMANDS, TrustedFolders.Commands.class),
            paths(TrustedFolders.FOLDERS),
            blueprints.catalogs(home())));
  }

  private Config.Api api(ClientTargets targets) {
    return new Config.Api(
        settings.word("api.host"),
        settings.port("api.port"),
        token("api.token", "api.token"),
        origins(),
        allowedHosts(),
        settings.number("api.request_size_limit_bytes", 1, Integer.MAX_VALUE),
        settings.number("api.upload_size_limit_bytes", 1, Long.MAX_VALUE),
        targets.apiBaseUrl(),
        targets.knowsApi());
  }

  private List<String> origins() {
    List<String> origins = settings.list("api.cors_allow_origins");
    settings.requireText(
        "api.cors_allow_origins",
        origins.stream().allMatch(o -> o.equals("*") || Origin.parse(o).isPresent()),
        "a list of origins such as https://ui.example:8443, without a path, or *");
    return origins;
  }

  private List<String> allowedHosts() {
    List<String> hosts = settings.list("api.allowed_hosts");
    settings.requireText(
        "api.allowed_hosts",
        hosts.stream().allMatch(HostName::isName),
        "a list of host names without ports");
    return hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
  }

  private Config.Grpc grpc(String target) {
    return new Config.Grpc(
        NodeSettings.grpcHost(settings),
        settings.port("grpc.port"),
        target,
        timeout(),
        token("grpc.auth_token", "grpc_auth.token"),
        token("grpc.admin_token", "grpc_admin.token"),
        joinToken(),
        settings.flag("network.only"),
        settings.number("grpc.max_message_bytes", 1 << 20, 1 << 30));
  }

  private Config.Executors executors() {
    int standard = (int) settings.number("executor.max_concurrency", 1, 100_000);
    Map<String, Integer> pools = new HashMap<>(Map.of("default", standard));
    pools.putAll(settings.counts("executor.pool_capacities"));
    String tempDir = settings.text("temp_dir");
    return new Config.Executors(
        pools,
        ports(),
        (int) settings.number("lease.max_queue_length", 0, Integer.MAX_VALUE),
        Duration.ofMillis(settings.number("lease.queue_timeout_ms", 0, Long.MAX_VALUE)),
        settings.flag("pool.release_while_waiting"),
        tempDir.isEmpty() ? home().resolve("work") : path("temp_dir"),
        path("runs_root"),
        (int) settings.number("max_command_length", 1, Integer.MAX_VALUE),
        ProgramOutput.read(settings),
        (int) settings.number("executor.beacons_per_second", 1, 1000),
        settings.choice("executor.default_runner", Config.DefaultRunner.class),
        new Config.Python(
            settings.text("executor.python"),
            path("blueprint.python_envs_dir"),
            Duration.ofMillis(
                settings.number("blueprint.python_env_setup_timeout_ms", 1, Long.MAX_VALUE))),
        new ConfinementReader(settings, this, file).read());
  }

  private PortRange ports() {
    Optional<PortRange> range = PortRange.parse(settings.text("executor.port_range"));
    settings.requireText(
        "executor.port_range", range.isPresent(), "two ports such as 20000-24999, low one first");
    return range.orElse(new PortRange(1, 65_535));
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

  /**
   * A token: given at this start; else in the named file; else in the file of this home; else
   * persisted.
   */
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

  Path home() {
    return expand(settings.text("home"), "");
  }

  Path path(String key) {
    return expand(settings.text(key), home().toString());
  }

  List<Path> paths(String key) {
    return settings.list(key).stream().map(text -> expand(text, home().toString())).toList();
  }

  Path optionalPath(String key) {
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
}

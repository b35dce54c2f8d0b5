package io.mirrorneuron.config;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.config.JwtSettings.JwtAlgorithm.Family;
import io.mirrorneuron.config.NodeSettings.PortRange;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

  /**
   * Where clients find the doors. What was asked for at this start comes first, then what the
   * running server of this home announced, then what was persisted, then the defaults.
   *
   * @param running the content of {@code runtime-endpoints.json}
   */
  private record ClientTargets(Settings settings, JsonNode running) {
    private static final String WEB_UI = "web_ui.url";

    /** {@code host:port} of the runtime. */
    String grpc() {
      String target = settings.text("grpc.target");
      String hostAndPort = settings.text("core.host") + ":" + settings.text("grpc.port");
      if (settings.isExplicit("grpc.target")) {
        return target;
      }
      if (settings.isExplicit("core.host") || settings.isExplicit("grpc.port")) {
        return hostAndPort;
      }
      String announced = announced("grpc", "target", "%s:%s");
      if (!announced.isBlank()) {
        return announced;
      }
      return target.isEmpty() ? hostAndPort : target;
    }

    /** The API's URL with its base path and no slash at the end. */
    String apiBaseUrl() {
      String url = settings.text("api.base_url");
      String form = "http://%s:%s/api/v1";
      if (!settings.isExplicit("api.base_url")) {
        if (settings.isExplicit("api.host") || settings.isExplicit("api.port")) {
          url = "";
        } else {
          String announced = announced("api", "base_url", form);
          url = announced.isBlank() ? url : announced;
        }
      }
      String derived = form.formatted(settings.text("api.host"), settings.text("api.port"));
      return (url.isBlank() ? derived : url).replaceAll("/+$", "");
    }

    /** Where people find a web page of this server; empty when nobody says. */
    String webUi() {
      String url = settings.text(WEB_UI);
      settings.requireText(
          WEB_UI,
          url.isEmpty() || url.matches("https?://\\S+") && Origin.ofUrl(url).isPresent(),
          "an address such as http://localhost:55173, without a name and password");
      return url;
    }

    /**
     * Whether the API was named, or announced by a server of this home. Of an announced one nothing
     * is known where another runtime was named than the one that was announced with it.
     */
    boolean knowsApi() {
      if (settings.isSet("api.base_url")
          || settings.isExplicit("api.host")
          || settings.isExplicit("api.port")) {
        return true;
      }
      String runtime = announced("grpc", "target", "%s:%s");
      return !announced("api", "base_url", "http://%s:%s").isBlank()
          && (runtime.isBlank() || runtime.equals(grpc()));
    }

    private String announced(String endpoint, String whole, String form) {
      JsonNode node = running.path(endpoint);
      if (!node.path(whole).asText().isBlank()) {
        return node.path(whole).asText();
      }
      return node.hasNonNull("host") && node.hasNonNull("port")
          ? form.formatted(node.path("host").asText(), node.path("port").asText())
          : "";
    }
  }

  /** Reads what programs of steps are kept from. */
  private static final class ConfinementReader {
    private static final String SHARED_STORAGE = "shared_storage_root";
    private static final String SHARED = "executor.shared_folders";
    private static final String ALLOWED = "executor.allowed_bundles";

    private final Settings settings;
    private final ConfigReader paths;
    private final Path file;

    /**
     * @param file that was named on the command line, or null
     */
    ConfinementReader(Settings settings, ConfigReader paths, Path file) {
      this.settings = settings;
      this.paths = paths;
      boolean named = file != null && !Files.isDirectory(file); // a folder is refused elsewhere
      this.file = named ? file.toAbsolutePath().normalize() : null;
    }

    Confinement read() {
      List<Path> own =
          Stream.of(
                  paths.home(),
                  paths.path("runs_root"),
                  outsideOfHome(paths.path(SHARED_STORAGE)),
                  paths.path("logs_root"),
                  paths.path("blueprint.python_envs_dir"),
                  paths.optionalPath("grpc.auth_token_file"),
                  paths.optionalPath("grpc.admin_token_file"),
                  paths.optionalPath("auth.jwt.key_file"),
                  paths.optionalPath(ModelSettings.KEY_FILE),
                  file)
              .filter(Objects::nonNull)
              .distinct()
              .toList();
      Set<String> allowed = new HashSet<>(settings.list(ALLOWED));
      settings.requireText(
          ALLOWED,
          allowed.stream().allMatch(each -> each.matches("[0-9a-f]{64}")),
          "a list of fingerprints of bundles: 64 digits from 0 to 9 and a to f each");
      Path submissions = paths.path(SHARED_STORAGE).resolve("submissions");
      return new Confinement(
          settings.choice("executor.confine", Confinement.Mode.class),
          own,
          paths.paths("executor.hidden_folders"),
          shared(own, submissions),
          submissions,
          allowed);
    }

    /** Null when it lies in the home, which is this server's with all that is in it. */
    private Path outsideOfHome(Path folder) {
      return folder.startsWith(paths.home()) ? null : folder;
    }

    /** Those of the setting, and those that runs offer files of. */
    private List<Path> shared(List<Path> own, Path submissions) {
      List<Path> shared = new ArrayList<>(paths.paths(SHARED));
      settings.requireText(
          SHARED,
          shared.stream().allMatch(each -> isApart(each, own) && isApart(each, temporary())),
          "a list of folders that neither hold nor lie in a folder or file of this server's own"
              + " (home, runs_root, shared_storage_root, logs_root, temp_dir, blueprint.python_envs_dir, files with tokens)");
      paths.paths("outputs.roots").stream()
          .filter(each -> own.stream().noneMatch(mine -> mine.startsWith(each)))
          .filter(each -> !submissions.startsWith(each)) // these are not everybody's
          .forEach(shared::add);
      return shared;
    }

    private List<Path> temporary() {
      Path folder = paths.optionalPath("temp_dir");
      return folder == null ? List.of() : List.of(folder);
    }

    private static boolean isApart(Path folder, List<Path> own) {
      return own.stream().noneMatch(each -> each.startsWith(folder) || folder.startsWith(each));
    }
  }

  /** Reads {@code auth.jwt}; a section that contradicts itself, or is set in vain, is a problem. */
  private static final class JwtReader {
    private static final String GROUP = "auth.jwt.";
    private static final String ALGORITHMS = GROUP + "algorithms";
    private static final String KEY_FILE = GROUP + "key_file";
    private static final String JWKS_URL = GROUP + "jwks_url";
    private static final String ROLE_NAMES = GROUP + "role_names";
    private static final Set<String> ROLES = Set.of("viewer", "operator", "admin");

    private final Settings settings;

    JwtReader(Settings settings) {
      this.settings = settings;
    }

    /**
     * @param keyFile as the settings name it, or null
     */
    JwtSettings read(Path keyFile) {
      Set<JwtAlgorithm> algorithms = algorithms();
      JwtSettings jwt =
          new JwtSettings(
              algorithms,
              keyFile,
              jwksUrl(),
              Duration.ofSeconds(settings.number(GROUP + "jwks_refresh_seconds", 30, 86_400)),
              settings.text(GROUP + "issuer"),
              settings.text(GROUP + "audience"),
              Duration.ofSeconds(settings.number(GROUP + "leeway_seconds", 0, 300)),
              claim("role_claim"),
              roleNames(),
              claim("subject_claim"));
      if (!settings.list(ALGORITHMS).isEmpty()) {
        mustBeWhole(jwt);
      } else {
        mustNotBeInVain();
      }
      return jwt;
    }

    private Set<JwtAlgorithm> algorithms() {
      List<String> known = Arrays.stream(JwtAlgorithm.values()).map(Enum::name).toList();
      List<String> named = settings.list(ALGORITHMS);
      settings.requireText(
          ALGORITHMS, known.containsAll(named), "a list of some of " + String.join(", ", known));
      return named.stream()
          .filter(known::contains)
          .map(JwtAlgorithm::valueOf)
          .collect(Collectors.toCollection(() -> EnumSet.noneOf(JwtAlgorithm.class)));
    }

    private void mustBeWhole(JwtSettings jwt) {
      for (String key : List.of("issuer", "audience")) {
        if (settings.text(GROUP + key).isEmpty()) {
          settings.problem(
              needed(GROUP + key) + ": tokens for others would be accepted without it");
        }
      }
      boolean file = jwt.keyFile() != null;
      boolean address = !settings.text(JWKS_URL).isEmpty();
      if (file == address) {
        settings.problem(
            file
                ? KEY_FILE + " and " + JWKS_URL + " are both set: keep the one that the keys are in"
                : ALGORITHMS + " needs keys: set " + named(KEY_FILE) + " or " + named(JWKS_URL));
      }
      Set<Family> families =
          jwt.algorithms().stream().map(JwtAlgorithm::family).collect(Collectors.toSet());
      if (families.contains(Family.SECRET) && families.size() > 1) {
        settings.problem(
            ALGORITHMS
                + " mixes HS with RS, PS or ES: what is public in one would be the secret of the"
                + " other; keep one kind");
      }
      if (families.contains(Family.SECRET) && address) {
        settings.problem(
            JWKS_URL + " cannot hold the secret of HS algorithms: use " + named(KEY_FILE));
      }
    }

    /**
     * Reports settings of tokens that have no effect: who sets an issuer expects that its tokens
     * are required.
     */
    private void mustNotBeInVain() {
      String set =
          Stream.of("key_file", "jwks_url", "issuer", "audience")
              .map(GROUP::concat)
              .filter(key -> !settings.text(key).isEmpty())
              .collect(joining(", "));
      if (!set.isEmpty()) {
        settings.problem(
            set + " would do nothing: set " + named(ALGORITHMS) + " too, for example to RS256");
      }
    }

    private static String needed(String key) {
      return ALGORITHMS + " needs " + named(key);
    }

    private static String named(String key) {
      return key + " (" + ConfigLoader.variable(key) + ")";
    }

    private URI jwksUrl() {
      String text = settings.text(JWKS_URL);
      if (text.isEmpty()) {
        return null;
      }
      try {
        URI url = new URI(text);
        boolean safe =
            "https".equals(url.getScheme())
                || "http".equals(url.getScheme()) && isThisMachine(url.getHost());
        boolean plain =
            url.getHost() != null && url.getRawUserInfo() == null && url.getRawFragment() == null;
        settings.requireText(
            JWKS_URL,
            safe && plain,
            "an https:// address without user or fragment; http:// only of this machine");
        return url;
      } catch (URISyntaxException e) {
        settings.requireText(JWKS_URL, false, "an https:// address");
        return null;
      }
    }

    /** Decided by the text of the host: what a name resolves to may change. */
    private static boolean isThisMachine(String host) {
      if (host == null || host.equals("localhost")) {
        return host != null;
      }
      boolean number = host.startsWith("[") || host.matches("\\d+\\.\\d+\\.\\d+\\.\\d+");
      try {
        return number && InetAddress.getByName(host).isLoopbackAddress();
      } catch (UnknownHostException e) {
        return false;
      }
    }

    /** The name of a claim, or the way to it: names with dots between. */
    private String claim(String key) {
      String path = settings.text(GROUP + key);
      settings.requireText(
          GROUP + key,
          Arrays.stream(path.split("\\.", -1)).noneMatch(String::isBlank),
          "the name of a claim, or names with dots between");
      return path;
    }

    private Map<String, String> roleNames() {
      Map<String, String> names = settings.pairs(ROLE_NAMES);
      settings.requireText(
          ROLE_NAMES,
          ROLES.containsAll(names.values()) && names.keySet().stream().noneMatch(String::isBlank),
          "a list of word=role with the roles viewer, operator and admin");
      return names;
    }
  }
}

package io.mirrorneuron.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.config.JwtSettings.PemFiles;
import io.mirrorneuron.config.NodeSettings.PortRange;
import io.mirrorneuron.config.RedisSettings.Sentinels;
import io.mirrorneuron.model.Lifetime;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
  @TempDir Path home;
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, String> flags = new HashMap<>();
  private Path file;

  @BeforeEach
  void useAnEmptyHome() {
    environment.put("MN_HOME", home.toString());
  }

  private Config load() {
    return new ConfigLoader(environment, file, flags, Path.of("/users/ada")).load();
  }

  private List<String> problems() {
    return catchThrowableOfType(ConfigException.class, this::load).problems();
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(home.resolve(name), text);
  }

  private void configFile(String text) throws IOException {
    file = Files.writeString(home.resolve("extra.yaml"), text);
  }

  @Test
  void whatDiffersFromTheDefaultsIsToldWithoutSecrets() throws IOException {
    environment.put("MN_API_TOKEN", "hush");
    environment.put("MN_REDIS_URL", "redis://:hush@somewhere:6379");
    environment.put("MN_NETWORK_REDIS_PORT", "7001");
    environment.put("TMPDIR", "/scratch");
    configFile("api: {port: 8080}");
    flags.put("log.level", "WARN");
    ConfigLoader loader = new ConfigLoader(environment, file, flags, Path.of("/users/ada"));
    Config config = loader.load();

    assertThat(loader.changes())
        .contains(
            "setting api.port is 8080, by " + file,
            "setting api.token is (hidden), by MN_API_TOKEN",
            "setting redis.url is (hidden), by MN_REDIS_URL",
            "setting network.redis_port is 7001, by MN_NETWORK_REDIS_PORT",
            "setting log.level is WARN, by --set log.level",
            "setting temp_dir is /scratch, by TMPDIR")
        .noneMatch(line -> line.contains("hush") || line.contains("grpc.port"));
    assertThat(config.executors().tempDir()).isEqualTo(Path.of("/scratch"));
    environment.put("MN_TEMP_DIR", "/other");
    assertThat(load().executors().tempDir()).isEqualTo(Path.of("/other"));
  }

  @Test
  void whatIsNoSecretIsToldAlsoOfRedis() {
    environment.put("MN_REDIS_FSYNC", "always");
    environment.put("MN_REDIS_MASTER_NAME", "main");
    environment.put("MN_BUNDLES_REDIS_MAX_BYTES", "7");
    environment.put("MN_NETWORK_SHARE_TOKENS", "true");
    environment.put("MN_REDIS_SENTINELS", "a:1,b:2");
    environment.put("MN_REDIS_PASSWORD", "hush");
    environment.put("MN_REDIS_SENTINEL_PASSWORD", "hush");
    environment.put("MN_NETWORK_JOIN_TOKEN", "hush");
    environment.put("MN_BLUEPRINT_REPO", "https://hush@git.example/b.git");
    ConfigLoader loader = new ConfigLoader(environment, file, flags, Path.of("/users/ada"));
    loader.load();

    assertThat(loader.changes())
        .contains(
            "setting redis.fsync is always, by MN_REDIS_FSYNC",
            "setting redis.master_name is main, by MN_REDIS_MASTER_NAME",
            "setting redis.sentinels is a:1,b:2, by MN_REDIS_SENTINELS",
            "setting bundles.redis_max_bytes is 7, by MN_BUNDLES_REDIS_MAX_BYTES",
            "setting network.share_tokens is true, by MN_NETWORK_SHARE_TOKENS",
            "setting redis.password is (hidden), by MN_REDIS_PASSWORD",
            "setting redis.sentinel_password is (hidden), by MN_REDIS_SENTINEL_PASSWORD",
            "setting network.join_token is (hidden), by MN_NETWORK_JOIN_TOKEN",
            "setting blueprint.repo is (hidden), by MN_BLUEPRINT_REPO")
        .noneMatch(line -> line.contains("hush"));
  }

  @ParameterizedTest
  @CsvSource({
    "MN_GRPC_AUTH_TOKEN_FILE, s3cret",
    "MN_REDIS_PASSWORD, s3cret",
    "MN_REDIS_URL, redis://:s3cret",
    "MN_REDIS_URL, http://s3cret@r",
    "MN_REDIS_CLUSTER, redis://:s3cret@a:7000",
    "MN_MODEL_OPENAI_API_BASE, ftp://s3cret@a",
    "MN_AUTH_JWT_JWKS_URL, http://issuer.example/keys?access_token=s3cret"
  })
  void aFaultySecretIsNotTold(String variable, String value) {
    environment.put(variable, value);
    assertThat(problems())
        .isNotEmpty()
        .allSatisfy(problem -> assertThat(problem).doesNotContain("s3cret"));
  }

  @Test
  void aFaultyValueIsToldInOneLineAndCutWhenItIsLong() throws IOException {
    configFile("api: {port: [1, 2]}\nmax_memory_ratio: \"" + "9".repeat(500) + "\"");
    environment.put("MN_LOG_LEVEL", "lo\nud");
    assertThat(problems())
        .contains("api.port (" + file + ") must be a single value; it is [1,2]")
        .anyMatch(problem -> problem.endsWith("ERROR, OFF; it is \"lo ud\""))
        .anyMatch(problem -> problem.endsWith("; it is \"" + "9".repeat(120) + "...\""));
  }

  @Test
  void howLongASilentServerCountsAsAliveMustFitRedis() {
    environment.put("MN_CLUSTER_SILENCE_MS", "6000");
    assertThat(problems())
        .containsExactly(
            "cluster.silence_ms (MN_CLUSTER_SILENCE_MS) must be at least 10000 with"
                + " redis.timeout_ms at 2000; or set redis.timeout_ms (MN_REDIS_TIMEOUT_MS) to 1200"
                + " at most: a heartbeat that Redis does not answer in time and that is sent again must"
                + " arrive before the server gives up its work; it is \"6000\"");
    environment.put("MN_REDIS_TIMEOUT_MS", "1200");
    assertThat(load().node().lifetime()).isEqualTo(new Lifetime(6_000));

    for (String named : List.of("MN_REDIS_SENTINELS", "MN_REDIS_CLUSTER")) {
      environment.put(named, "a:1");
      assertThat(problems())
          .containsExactly(
              "cluster.silence_ms (MN_CLUSTER_SILENCE_MS) must be at least 15000 with %s: another Redis takes over within 5 s, and a server must not give up its work meanwhile; it is \"6000\""
                  .formatted(
                      named.equals("MN_REDIS_CLUSTER") ? "redis.cluster" : "redis.sentinels"));
      environment.remove(named);
    }
    environment.put("MN_REDIS_TIMEOUT_MS", "600");
    environment.put("MN_CLUSTER_SILENCE_MS", "2999");
    assertThat(problems())
        .containsExactly(
            "cluster.silence_ms (MN_CLUSTER_SILENCE_MS) must be a whole number from 3000 to 600000; it is \"2999\"");
    environment.remove("MN_REDIS_TIMEOUT_MS"); // one that fits no range is not compared with it
    for (String wrong : List.of("0", "text", "3000.5", "600001")) {
      environment.put("MN_CLUSTER_SILENCE_MS", wrong);
      assertThat(problems()).as(wrong).singleElement().asString().contains("a whole number from");
    }
  }

  /** As before it could be set. */
  @Test
  void whoSetsNoSilenceHasTheUsualOneWhateverRedisMayTake() {
    environment.put("MN_REDIS_TIMEOUT_MS", "8000");

    assertThat(load().node().lifetime()).isEqualTo(Lifetime.DEFAULT);
  }

  /** It says elsewhere which files of a submission are kept inline; here none are. */
  @Test
  void theLimitOfInlinePayloadsIsNotTheOneOfStateValues() {
    int byDefault = load().retention().inlineLimit();
    environment.put("MN_INLINE_PAYLOAD_MAX_BYTES", "7");
    ConfigLoader loader = new ConfigLoader(environment, file, flags, Path.of("/users/ada"));
    assertThat(loader.load().retention().inlineLimit()).isEqualTo(byDefault);
    assertThat(loader.strangers())
        .containsExactly("this build does not use MN_INLINE_PAYLOAD_MAX_BYTES");
    environment.put("MN_STATE_VALUE_MAX_BYTES", "8");
    assertThat(load().retention().inlineLimit()).isEqualTo(8);
  }

  @Test
  void withoutAnythingSetTheDefaultsHold() {
    environment.clear();
    Config config = load();

    assertThat(config.env()).isEqualTo(Config.Env.DEV);
    assertThat(config.home()).isEqualTo(Path.of("/users/ada/.mn"));
    assertThat(config.api())
        .isEqualTo(
            new Config.Api(
                "localhost",
                54001,
                Secret.NONE,
                List.of(),
                List.of(),
                5_242_880,
                67_108_864,
                "http://localhost:54001/api/v1",
                false));
    assertThat(config.grpc())
        .isEqualTo(
            new Config.Grpc(
                "localhost",
                55051,
                "localhost:55051",
                Duration.ofSeconds(10),
                Secret.NONE,
                Secret.NONE,
                Secret.NONE,
                false,
                67_108_864));
    assertThat(config.redis())
        .isEqualTo(
            new RedisSettings(
                null,
                null,
                new RedisSettings.Own(null, Config.Fsync.EVERYSEC),
                null,
                "mirror_neuron",
                Duration.ofSeconds(2),
                RedisSettings.Acknowledge.MASTER));
    assertThat(config.executors().pools()).isEqualTo(Map.of("default", 4));
    assertThat(config.executors().runsRoot()).isEqualTo(Path.of("/users/ada/.mn/runs"));
    assertThat(config.executors().defaultRunner()).isEqualTo(Config.DefaultRunner.HOST_LOCAL);
    assertThat(config.executors().python())
        .isEqualTo(
            new Config.Python(
                "python3", Path.of("/users/ada/.mn/python_envs"), Duration.ofMinutes(10)));
    assertThat(config.retention())
        .isEqualTo(
            new Config.Retention(Duration.ofDays(7), 10_000, 65_536, Duration.ofDays(7), false));
    assertThat(config.recovery().inFlight()).isEqualTo(Config.InFlight.RERUN);
    assertThat(config.outputs().roots()).isEmpty();
    assertThat(config.log())
        .isEqualTo(
            new Config.Log(
                "INFO", Config.LogFormat.TEXT, Path.of("/users/ada/.mn/logs"), 1_048_576, 5));
  }

  @Test
  void everyKeyHasItsVariable() throws IOException {
    PemFiles ofServers =
        new PemFiles(Path.of("/tls/key.pem"), Path.of("/tls/cert.pem"), Path.of("/tls/ca.pem"));
    environment.putAll(
        Map.ofEntries(
            Map.entry("MN_ENV", "prod"),
            Map.entry("MN_RUNS_ROOT", "$MN_HOME/elsewhere"),
            Map.entry("MN_LOGS_ROOT", "/logs"),
            Map.entry("MN_TEMP_DIR", "~/scratch"),
            Map.entry("MN_API_HOST", "127.0.0.1"),
            Map.entry("MN_API_PORT", "8080"),
            Map.entry("MN_API_TOKEN", "t0"),
            Map.entry("MN_API_REQUEST_SIZE_LIMIT_BYTES", "10"),
            Map.entry("MN_API_UPLOAD_SIZE_LIMIT_BYTES", "20"),
            Map.entry("MN_API_CORS_ALLOW_ORIGINS", "http://a, http://b"),
            Map.entry("MN_API_ALLOWED_HOSTS", "Front.example"),
            Map.entry("MN_API_BASE_URL", "http://front/api/v1/"),
            Map.entry("MN_GRPC_HOST", "127.0.0.2"),
            Map.entry("MN_GRPC_PORT", "9090"),
            Map.entry("MN_GRPC_MAX_MESSAGE_BYTES", "2000000"),
            Map.entry("MN_GRPC_TARGET", "core:1"),
            Map.entry("MN_GRPC_TIMEOUT_SECONDS", "2.5"),
            Map.entry("MN_GRPC_AUTH_TOKEN", "t1"),
            Map.entry("MN_GRPC_ADMIN_TOKEN", "t2"),
            Map.entry("MN_NETWORK_JOIN_TOKEN", "t3"),
            Map.entry("MN_NETWORK_ONLY", "yes"),
            Map.entry("MN_AUTH_JWT_ALGORITHMS", "RS256, ES256"),
            Map.entry("MN_AUTH_JWT_JWKS_URL", "https://issuer.example/keys"),
            Map.entry("MN_AUTH_JWT_JWKS_REFRESH_SECONDS", "60"),
            Map.entry("MN_AUTH_JWT_ISSUER", "https://issuer.example"),
            Map.entry("MN_AUTH_JWT_AUDIENCE", "mn"),
            Map.entry("MN_AUTH_JWT_LEEWAY_SECONDS", "17"),
            Map.entry("MN_AUTH_JWT_ROLE_CLAIM", "realm_access.roles"),
            Map.entry("MN_AUTH_JWT_ROLE_NAMES", "staff=operator, boss=admin"),
            Map.entry("MN_AUTH_JWT_SUBJECT_CLAIM", "email"),
            Map.entry("MN_REDIS_URL", "rediss://r:1"),
            Map.entry("MN_REDIS_SERVER", "/bin/r"),
            Map.entry("MN_REDIS_FSYNC", "EVERYSEC"),
            Map.entry("MN_REDIS_NAMESPACE", "ns"),
            Map.entry("MN_REDIS_TIMEOUT_MS", "900"),
            Map.entry("MN_NETWORK_ADVERTISE_HOST", "10.0.0.7"),
            Map.entry("MN_NETWORK_EXPOSE", "true"),
            Map.entry("MN_NETWORK_REDIS_PORT", "6390"),
            Map.entry("MN_NETWORK_SHARE_TOKENS", "true"),
            Map.entry("MN_NODE_NAME", "mirror_neuron@a-1")));
    environment.put("MN_REDIS_ACKNOWLEDGE", "replica");
    environment.put("MN_WEB_UI_URL", "https://page.example/mn");
    environment.put("MN_SERVICES_CHECK_PRIVATE_NETWORKS", "false");
    environment.put("MN_WEBHOOKS_PRIVATE_NETWORKS", "true");
    environment.put("MN_NETWORK_TLS_KEY", "/tls/key.pem");
    environment.put("MN_NETWORK_TLS_CERT", "/tls/cert.pem");
    environment.put("MN_NETWORK_TLS_CA", "/tls/ca.pem");
    Path authority = Files.createFile(home.resolve("redis-ca.pem"));
    environment.put("MN_REDIS_TLS_CA", authority.toString());
    environment.put("MN_NETWORK_TLS_PORT", "55099");
    environment.put("MN_NODE_LABELS", "Rack=A1, zone=eu");
    environment.put("MN_NODE_CAPABILITIES", "licensed,fast-disk");
    environment.put("MN_NODE_DRAIN_ON_STOP_SECONDS", "23");
    environment.put("MN_NODE_QUARANTINE_FAULTS", "6");
    environment.put("MN_NODE_QUARANTINE_RETURNS", "7");
    environment.put("MN_NODE_QUARANTINE_WINDOW_SECONDS", "301");
    environment.put("MN_NODE_QUARANTINE_SECONDS", "601");
    environment.putAll(
        Map.of(
            "MN_EXECUTOR_MAX_CONCURRENCY", "7",
            "MN_EXECUTOR_POOL_CAPACITIES", "gpu=1, io=3",
            "MN_EXECUTOR_DEFAULT_RUNNER", "host_local",
            "MN_LEASE_MAX_QUEUE_LENGTH", "5",
            "MN_LEASE_QUEUE_TIMEOUT_MS", "6",
            "MN_RECOVERY_IN_FLIGHT", "review",
            "MN_MAX_COMMAND_LENGTH", "8",
            "MN_MAX_ARTIFACT_BYTES", "9"));
    environment.put("MN_EXECUTOR_BEACONS_PER_SECOND", "17");
    environment.put("MN_MAX_OUTPUT_BYTES", "7");
    environment.put("MN_EXECUTOR_LOG_LINES_PER_SECOND", "21");
    environment.put("MN_EXECUTOR_LOG_MAX_BYTES", "22");
    environment.putAll(
        Map.of(
            "MN_EXECUTORS_CONFINE", "required",
            "MN_EXECUTOR_SHARED_FOLDERS", "/shared",
            "MN_EXECUTOR_HIDDEN_FOLDERS", "~/keys",
            "MN_EXECUTOR_ALLOWED_BUNDLES", "0".repeat(64)));
    environment.putAll(
        Map.of(
            "MN_EXECUTOR_PYTHON", "python3.12",
            "MN_BLUEPRINT_PYTHON_ENVS_DIR", "~/environments",
            "MN_BLUEPRINT_PYTHON_ENV_SETUP_TIMEOUT_MS", "10"));
    environment.putAll(
        Map.of(
            "MN_TERMINAL_JOB_TTL_SECONDS", "11",
            "MN_EVENT_MAX_COUNT", "12",
            "MN_BUNDLE_ARCHIVE_TTL_SECONDS", "16",
            "MN_STATE_VALUE_MAX_BYTES", "15",
            "MN_OUTPUTS_ROOTS", "$MN_HOME/out, ~/more",
            "MN_STORAGE_MIN_FREE_BYTES", "17",
            "MN_LOG_LEVEL", "debug",
            "MN_LOG_FORMAT", "text",
            "MN_LOG_MAX_BYTES", "13",
            "MN_LOG_BACKUP_COUNT", "14"));
    environment.putAll(
        Map.of(
            "MN_CONNECTIONS_MAX", "17",
            "MN_CONNECTIONS_HEAD_TIMEOUT_SECONDS", "18",
            "MN_UPLOADS_MAX_COUNT", "19",
            "MN_UPLOADS_MAX_BYTES", "20",
            "MN_UPLOADS_TTL_SECONDS", "61",
            "MN_MANIFESTS_UNKNOWN_MEMBERS", "refuse"));
    environment.putAll(
        Map.of(
            "MN_POOL_RELEASE_WHILE_WAITING", "false",
            "MN_BUNDLES_REDIS_MAX_BYTES", "21",
            "MN_BUNDLES_REDIS_BUDGET_BYTES", "22",
            "MN_EXECUTOR_PORT_RANGE", "4000-4009",
            "MN_BUNDLES_SHARED_FOLDER", "$MN_HOME/nfs",
            "MN_RUNS_WRITE", "on_demand"));
    Files.writeString(home.resolve("key"), "sk-1\n");
    environment.putAll(
        Map.of(
            "MN_MODEL_RUNNER_API_BASE", "one:1/engines/v1/, http://two/",
            "MN_MODEL_DEFAULT", "smollm2",
            "MN_MODEL_CATALOG_PATH", "/catalog.json",
            "MN_MODEL_OWNERSHIP_PATH", "$MN_HOME/owners.json",
            "MN_MODEL_OPENAI_API_BASE", "https://api.example/v1/",
            "MN_MODEL_OPENAI_API_KEY_FILE", "$MN_HOME/key"));
    environment.putAll(
        Map.of(
            "MN_BLUEPRINT_SOURCE", "github",
            "MN_BLUEPRINT_REPO", "https://git.example/blueprints.git",
            "MN_BLUEPRINT_LOCAL", "$MN_HOME/blueprints",
            "MN_BLUEPRINT_REPO_CACHE", "~/clones",
            "MN_VALIDATION_COMMANDS", "trusted",
            "MN_VALIDATION_TRUSTED_FOLDERS", "/opt/bundles, ~/mine",
            "MN_BLUEPRINT_REPO_REFRESH_SECONDS", "23"));
    environment.putAll(
        Map.of(
            "MN_PRE_LAUNCH_TIMEOUT_SECONDS", "24",
            "MN_POST_LAUNCH_TIMEOUT_SECONDS", "2.5",
            "MN_PROCESS_CLEANUP_TIMEOUT_SECONDS", "0.1",
            "MN_BLUEPRINT_PATH_ROOTS", "/srv/bundles",
            "MN_BLUEPRINT_INPUT_ROOTS", "/srv/inputs",
            "MN_BLUEPRINT_REPO_TTL_SECONDS", "86401",
            "MN_BLUEPRINT_PROGRESS_TTL_SECONDS", "62",
            "MN_BLUEPRINT_FAILED_LAUNCHES_MAX_COUNT", "24"));
    environment.putAll(
        Map.of(
            "MN_CORE_ALLOW_SCRIPT_CHECKS", "true",
            "MN_SERVICES_CHECK_ADDRESSES", "169.254.10.0/24, fe80::1",
            "MN_WEBHOOKS_ADDRESSES", "127.0.0.1",
            "MN_WEBHOOKS_MAX_WAITING", "100",
            "MN_WEBHOOKS_MAX_WAITING_BYTES", "1048576",
            "MN_RESOURCE_ADMISSION_ENABLED", "false",
            "MN_MAX_CPU_LOAD_RATIO", "2.5",
            "MN_MAX_MEMORY_RATIO", "0.5",
            "MN_MAX_GPU_MEMORY_RATIO", "0.25",
            "MN_MAX_OPEN_FILES_RATIO", "0.75"));
    environment.putAll(
        Map.of(
            "MN_CLUSTER_SILENCE_MS", "20000",
            "MN_VERTX_CLUSTER", "true",
            "MN_VERTX_CLUSTER_HOST", "127.0.0.3",
            "MN_VERTX_CLUSTER_PORT", "5801",
            "MN_VERTX_CLUSTER_BUS_PORT", "5802",
            "MN_VERTX_CLUSTER_MEMBERS", "127.0.0.4:5801, other:5701",
            "MN_VERTX_CLUSTER_NAME", "ours",
            "MN_VERTX_CLUSTER_TLS_KEY", "$MN_HOME/bus.key",
            "MN_VERTX_CLUSTER_TLS_CERT", "$MN_HOME/bus.crt",
            "MN_VERTX_CLUSTER_TLS_CA", "$MN_HOME/ca.crt"));

    assertThat(load())
        .isEqualTo(
            new Config(
                Config.Env.PROD,
                home,
                new Config.Api(
                    "127.0.0.1",
                    8080,
                    new Secret("t0"),
                    List.of("http://a", "http://b"),
                    List.of("front.example"),
                    10,
                    20,
                    "http://front/api/v1",
                    true),
                new Config.Grpc(
                    "127.0.0.2",
                    9090,
                    "core:1",
                    Duration.ofMillis(2500),
                    new Secret("t1"),
                    new Secret("t2"),
                    new Secret("t3"),
                    true,
                    2_000_000),
                new JwtSettings(
                    Set.of(JwtAlgorithm.RS256, JwtAlgorithm.ES256),
                    null,
                    URI.create("https://issuer.example/keys"),
                    Duration.ofSeconds(60),
                    "https://issuer.example",
                    "mn",
                    Duration.ofSeconds(17),
                    "realm_access.roles",
                    Map.of("staff", "operator", "boss", "admin"),
                    "email"),
                new RedisSettings(
                    URI.create("rediss://r:1"),
                    null,
                    new RedisSettings.Own(Path.of("/bin/r"), Config.Fsync.EVERYSEC),
                    authority,
                    "ns",
                    Duration.ofMillis(900),
                    RedisSettings.Acknowledge.REPLICA),
                new Config.Executors(
                    Map.of("default", 7, "gpu", 1, "io", 3),
                    new PortRange(4000, 4009),
                    5,
                    Duration.ofMillis(6),
                    false,
                    Path.of("/users/ada/scratch"),
                    home.resolve("elsewhere"),
                    8,
                    new ProgramOutput(7, 9, 21, 22),
                    17,
                    Config.DefaultRunner.HOST_LOCAL,
                    new Config.Python(
                        "python3.12", Path.of("/users/ada/environments"), Duration.ofMillis(10)),
                    new Confinement(
                        Confinement.Mode.REQUIRED,
                        List.of(
                            home,
                            home.resolve("elsewhere"),
                            Path.of("/logs"),
                            Path.of("/users/ada/environments"),
                            home.resolve("key")),
                        List.of(Path.of("/users/ada/keys")),
                        List.of(
                            Path.of("/shared"), home.resolve("out"), Path.of("/users/ada/more")),
                        home.resolve("shared/submissions"),
                        Set.of("0".repeat(64)))),
                new Config.Retention(Duration.ofSeconds(11), 12, 15, Duration.ofSeconds(16), true),
                new Config.Recovery(Config.InFlight.REVIEW),
                new Config.Outputs(List.of(home.resolve("out"), Path.of("/users/ada/more"))),
                new Config.Storage(17),
                new Config.Log("DEBUG", Config.LogFormat.TEXT, Path.of("/logs"), 13, 14),
                new ConnectionLimits(17, Duration.ofSeconds(18)),
                new BundleSettings.Uploads(19, 20, Duration.ofSeconds(61)),
                new Config.Manifests(
                    Config.UnknownMembers.REFUSE,
                    new TrustedFolders(
                        TrustedFolders.Commands.TRUSTED,
                        List.of(Path.of("/opt/bundles"), Path.of("/users/ada/mine")),
                        List.of(Path.of("/users/ada/clones")))),
                new NodeSettings(
                    "mirror_neuron@a-1",
                    new NodeSettings.Network(true, "10.0.0.7", 6390, true, ofServers, 55_099),
                    new NodeSettings.Marks(
                        Map.of("rack", "A1", "zone", "eu"), List.of("licensed", "fast-disk")),
                    new LoadLimits(false, 2.5, 200, 0.5, 0.25, 0.75),
                    new ClusterBusSettings(
                        true,
                        "127.0.0.3",
                        5801,
                        5802,
                        List.of("127.0.0.4:5801", "other:5701"),
                        "ours",
                        new PemFiles(
                            home.resolve("bus.key"),
                            home.resolve("bus.crt"),
                            home.resolve("ca.crt"))),
                    Duration.ofSeconds(23),
                    new NodeSettings.QuarantineLimits(
                        6, 7, Duration.ofSeconds(301), Duration.ofSeconds(601)),
                    new Lifetime(20_000)),
                new BundleSettings(21, 22, home.resolve("nfs")),
                new ServiceSettings(
                    true,
                    new ServiceSettings.Reach(List.of("169.254.10.0/24", "fe80::1"), false),
                    new ServiceSettings.Reach(List.of("127.0.0.1"), true),
                    new ServiceSettings.WebhookQueue(100, 1 << 20)),
                new BlueprintSettings(
                    BlueprintSettings.Source.GITHUB,
                    "https://git.example/blueprints.git",
                    home.resolve("blueprints"),
                    Path.of("/users/ada/clones"),
                    Duration.ofSeconds(23),
                    new LaunchSettings(
                        Duration.ofSeconds(24),
                        Duration.ofMillis(2500),
                        Duration.ofMillis(100),
                        List.of(Path.of("/srv/bundles")),
                        List.of(Path.of("/srv/inputs"))),
                    new BlueprintSettings.Kept(
                        Duration.ofSeconds(86_401), Duration.ofSeconds(62), 24)),
                new ModelSettings(
                    List.of(URI.create("http://one:1"), URI.create("http://two")),
                    "smollm2",
                    Path.of("/catalog.json"),
                    home.resolve("owners.json"),
                    new ModelSettings.Endpoint(
                        URI.create("https://api.example/v1"), new Secret("sk-1"))),
                "https://page.example/mn"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:55173", "ftp://a", "http://me:secret@a/", "http://a b"})
  void aWebPageIsAnAddress(String none) {
    assertThat(load().webUi()).isEmpty();
    environment.put("MN_WEB_UI_URL", none);
    assertThat(problems()).singleElement().asString().contains("MN_WEB_UI_URL");
  }

  @Test
  void theModelRunnerHasSeveralVariables() {
    assertThat(load().models().runners())
        .hasSize(3)
        .startsWith(URI.create("http://localhost:12434"));
    environment.put("MODEL_RUNNER_HOST", "runner:1");
    assertThat(load().models().runners()).containsExactly(URI.create("http://runner:1"));
    environment.put("MN_DOCKER_MODEL_RUNNER_API_BASE", "http://runner:2");
    assertThat(load().models().runners()).containsExactly(URI.create("http://runner:2"));
    for (String none : List.of("ftp://a", "http://me:secret@a", "http://", "http://a?b=c")) {
      environment.put("MN_MODEL_RUNNER_API_BASE", none);
      assertThat(problems())
          .singleElement()
          .asString()
          .contains("MN_MODEL_RUNNER_API_BASE")
          .doesNotContain("secret");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "||| BUILTIN",
        "| https://git.example/b.git || GITHUB",
        "|| /srv/b | LOCAL",
        "github | file:///srv/b.git | /srv/b | GITHUB",
        "local | https://git.example/b.git | /srv/b | LOCAL",
        "github ||| must be a git URL, as blueprint.source is github",
        "local ||| must be a folder, as blueprint.source is local",
        "| https://git.example/b.git | /srv/b | must be github or local, as both",
        "| ada@git.example:b.git || clone it yourself and set blueprint.local",
        "ftp ||| must be one of builtin, github, local"
      })
  void theCatalogIsWhatIsNamed(String source, String repo, String local, String expected)
      throws IOException {
    environment.put("MN_BLUEPRINT_SOURCE", Objects.requireNonNullElse(source, ""));
    environment.put("MN_BLUEPRINT_REPO", Objects.requireNonNullElse(repo, ""));
    environment.put("MN_BLUEPRINT_LOCAL", Objects.requireNonNullElse(local, ""));
    if (expected.matches("[A-Z]+")) {
      assertThat(load().blueprints().source()).hasToString(expected);
    } else {
      assertThat(problems()).anySatisfy(problem -> assertThat(problem).contains(expected));
    }
  }

  @Test
  void theSectionOfProgramsHasASecondName() throws IOException {
    configFile("executors: {confine: off, max_concurrency: 9}");
    assertThat(load().executors().confinement().mode()).isEqualTo(Confinement.Mode.OFF);
    assertThat(load().executors().pools()).isEqualTo(Map.of("default", 9));
    environment.put("MN_EXECUTORS_CONFINE", "required");
    assertThat(load().executors().confinement().mode()).isEqualTo(Confinement.Mode.REQUIRED);
    environment.put("MN_EXECUTOR_CONFINE", "auto");
    assertThat(load().executors().confinement().mode()).isEqualTo(Confinement.Mode.AUTO);
    flags.put("executors.confine", "off");
    assertThat(load().executors().confinement().mode()).isEqualTo(Confinement.Mode.OFF);
  }

  @Test
  void aSharedFolderIsApartFromTheServersOwn() {
    for (String folder : List.of("$MN_HOME", "/", "$MN_HOME/runs/one", "/logs/of/programs")) {
      environment.put("MN_LOGS_ROOT", "/logs");
      environment.put("MN_EXECUTOR_SHARED_FOLDERS", folder);
      assertThat(problems())
          .as(folder)
          .singleElement()
          .asString()
          .startsWith("executor.shared_folders (MN_EXECUTOR_SHARED_FOLDERS) must be");
    }
  }

  @Test
  void filesOfSettingsAreOutOfReachOfPrograms() throws IOException {
    configFile("grpc: {auth_token_file: $MN_HOME/operator}");
    write("operator", "token");
    assertThat(load().executors().confinement().own()).contains(file, home.resolve("operator"));
  }

  @Test
  void strongerLayersWin() throws IOException {
    write("docker-compose.env", "MN_API_PORT=1001\nMN_CORE_HOST = core # not a comment\n");
    assertThat(load().api().port()).isEqualTo(1001);
    configFile("api: {port: 1002}");
    assertThat(load().api().port()).isEqualTo(1002);
    environment.put("MN_API_PORT", "1003");
    assertThat(load().api().port()).isEqualTo(1003);
    environment.put("MN_API_PORT", "  ");
    assertThat(load().api().port()).isEqualTo(1002);
    flags.put("api.port", "1004");
    assertThat(load().api().port()).isEqualTo(1004);
  }

  @Test
  void aVariableMayAskForAnyFreePortWhereAFileMay() throws IOException {
    environment.put("MN_GRPC_PORT", "0");
    environment.put("MN_NETWORK_TLS_PORT", "0");
    environment.put("MN_VERTX_CLUSTER_BUS_PORT", "0");
    assertThat(load().grpc().port()).isZero();
    environment.put("MN_API_PORT", "65536");
    assertThat(problems())
        .containsExactly(
            "api.port (MN_API_PORT) must be a whole number from 1 to 65535; it is \"65536\"");
    flags.put("api.port", "0");
    assertThat(load().api().port()).isZero();
  }

  @Test
  void onlyNamedSettingsMayBePersisted() throws IOException {
    write("docker-compose.env", "MN_API_TOKEN=t\nMN_LOG_LEVEL=OFF\n");
    assertThat(load().api().token().isSet()).isFalse();
    assertThat(load().log().level()).isEqualTo("INFO");
  }

  @Test
  void productionHasStricterDefaultsThatCanBeChanged() {
    environment.put("MN_ENV", "prod");
    environment.put("MN_API_TOKEN", "t");
    assertThat(load().executors().defaultRunner()).isEqualTo(Config.DefaultRunner.REJECT);
    assertThat(load().redis().own().fsync()).isEqualTo(Config.Fsync.ALWAYS);
    environment.put("MN_REDIS_FSYNC", "everysec");
    assertThat(load().redis().own().fsync()).isEqualTo(Config.Fsync.EVERYSEC);
  }

  @Test
  void allProblemsAreToldAtOnce() throws IOException {
    configFile("api: {prot: 1}\nlog: {level: loud}\nnonsense: 1\n");
    environment.put("MN_ENV", "staging");
    environment.put("MN_API_PORT", "0");
    environment.put("MN_GRPC_TIMEOUT_SECONDS", "-1");
    environment.put("MN_REDIS_URL", "http://r");
    environment.put("MN_EXECUTOR_POOL_CAPACITIES", "gpu");
    environment.put("MN_GRPC_AUTH_TOKEN_FILE", home.resolve("absent").toString());

    assertThat(problems())
        .containsExactlyInAnyOrder(
            file + ": there is no setting api.prot; did you mean api.port?",
            file + ": there is no setting nonsense",
            "log.level ("
                + file
                + ") must be one of TRACE, DEBUG, INFO, WARN, ERROR, OFF;"
                + " it is \"loud\"",
            "env (MN_ENV) must be one of dev, test, prod; it is \"staging\"",
            "api.port (MN_API_PORT) must be a whole number from 1 to 65535; a file or an"
                + " option may say 0, any free port; it is \"0\"",
            "grpc.timeout_seconds (MN_GRPC_TIMEOUT_SECONDS) must be a number of seconds from 0, or"
                + " none; it is \"-1\"",
            "redis.url (MN_REDIS_URL) must be a redis://, rediss:// or unix:// URL, unlike http://r",
            "executor.pool_capacities (MN_EXECUTOR_POOL_CAPACITIES) must be a list of name=number"
                + " with numbers from 1; it is \"gpu\"",
            "grpc.auth_token_file (MN_GRPC_AUTH_TOKEN_FILE) must be a readable file that holds a"
                + " token; it is \""
                + home.resolve("absent")
                + "\"");
  }

  @Test
  void thePortOfRedisIsOne() {
    environment.put("MN_REDIS_URL", "redis://:secret@r:99999");

    assertThat(problems())
        .containsExactly(
            "redis.url (MN_REDIS_URL) must be a URL with a port from 1 to 65535, unlike"
                + " redis://***@r:99999");
  }

  @Test
  void sentinelsSayWhereRedisIs() {
    environment.put("MN_REDIS_SENTINELS", "a:26379, [fd00::1]:26380");
    environment.put("MN_REDIS_MASTER_NAME", "main");
    environment.put("MN_REDIS_USER", "ada");
    environment.put("MN_REDIS_PASSWORD", "of-redis");
    environment.put("MN_REDIS_SENTINEL_PASSWORD", "of-them");

    RedisSettings redis = load().redis();

    assertThat(redis.isEmbedded()).isFalse();
    assertThat(redis.names())
        .isEqualTo(
            new Sentinels(
                List.of("a:26379", "[fd00::1]:26380"),
                "main",
                "ada",
                new Secret("of-redis"),
                new Secret("of-them")));
    assertThat(redis.names().toString()).doesNotContain("of-redis").doesNotContain("of-them");
  }

  @Test
  void nodesOfARedisClusterSayWhereItIs() {
    environment.put("MN_REDIS_CLUSTER", "a:7000, b:7001");
    environment.put("MN_REDIS_PASSWORD", "of-redis");
    environment.put("MN_REDIS_ACKNOWLEDGE", "replica");

    RedisSettings redis = load().redis();

    assertThat(redis.isEmbedded()).isFalse();
    assertThat(redis.names())
        .isEqualTo(
            new ClusterSeeds(List.of("a:7000", "b:7001"), "", new Secret("of-redis"), false, null));

    environment.put("MN_REDIS_SENTINELS", "c:26379");
    environment.put("MN_REDIS_NAMESPACE", "a{b}");
    assertThat(problems())
        .containsExactly(
            "redis.cluster (MN_REDIS_CLUSTER) must be blank where redis.url or redis.sentinels name"
                + " the server: one of them says where Redis is; it is \"a:7000, b:7001\"",
            "redis.namespace (MN_REDIS_NAMESPACE) must be without a brace on a Redis Cluster, which"
                + " places keys by what they have in braces; it is \"a{b}\"");
  }

  @Test
  void nodesOfARedisClusterAreReachedByTlsWhereTheirAddressesSaySo() throws IOException {
    Path authority = Files.createFile(home.resolve("ca.pem"));
    environment.put("MN_REDIS_CLUSTER", "rediss://a:7000, rediss://b:7001");
    environment.put("MN_REDIS_TLS_CA", authority.toString());
    assertThat(load().redis().names())
        .isEqualTo(new ClusterSeeds(List.of("a:7000", "b:7001"), "", Secret.NONE, true, authority));

    environment.put("MN_REDIS_CLUSTER", "rediss://a:7000, b:7001");
    assertThat(problems())
        .containsExactly(
            "redis.cluster (MN_REDIS_CLUSTER) must be with rediss:// before each address or none:"
                + " all nodes are reached by TLS, or none is; it is \"rediss://a:7000, b:7001\"");

    environment.put("MN_REDIS_CLUSTER", "a:7000");
    assertThat(problems())
        .containsExactly(
            "redis.tls_ca (MN_REDIS_TLS_CA) must be blank unless redis.url or redis.cluster begins"
                + " with rediss://, which is TLS; it is \""
                + authority
                + "\"");

    environment.put("MN_REDIS_CLUSTER", "rediss://a:7000");
    environment.put("MN_REDIS_TLS_CA", home.resolve("none.pem").toString());
    assertThat(problems())
        .containsExactly(
            "redis.tls_ca (MN_REDIS_TLS_CA) must be a readable file (PEM); it is \""
                + home.resolve("none.pem")
                + "\"");
  }

  @Test
  void aRedisClusterHasNoNumbersOfDatabases() {
    environment.put("MN_REDIS_CLUSTER", "rediss://a:7000/3");
    assertThat(problems())
        .containsExactly(
            "redis.cluster (MN_REDIS_CLUSTER) must be without a number of a database: a Redis"
                + " Cluster has number 0 only; redis.namespace keeps servers apart; it is"
                + " \"rediss://a:7000/3\"");

    environment.put("MN_REDIS_CLUSTER", "redis://:secret@a:7000");
    assertThat(problems())
        .containsExactly(
            "redis.cluster (MN_REDIS_CLUSTER) must be without user and password, for which"
                + " redis.user and redis.password are");

    environment.put("MN_REDIS_CLUSTER", "nowhere");
    assertThat(problems())
        .containsExactly(
            "redis.cluster (MN_REDIS_CLUSTER) must be a list of host:port, or rediss://host:port for"
                + " TLS, where nodes of a Redis Cluster listen; it is \"nowhere\"");
  }

  @Test
  void aRedisWithoutReplicasAcknowledgesAlone() {
    environment.put("MN_REDIS_ACKNOWLEDGE", "replica");
    assertThat(problems())
        .containsExactly(
            "redis.acknowledge (MN_REDIS_ACKNOWLEDGE) must be master for the Redis that is started"
                + " under home, which has no replica; redis.sentinels, redis.cluster or redis.url name"
                + " another; it is \"replica\"");

    environment.put("MN_REDIS_SENTINELS", "a:26379");
    assertThat(load().redis().acknowledge()).isEqualTo(RedisSettings.Acknowledge.REPLICA);
  }

  @Test
  void whereRedisIsIsSaidOnce() {
    environment.put("MN_REDIS_PASSWORD", "p");
    assertThat(problems())
        .containsExactly(
            "redis.password (MN_REDIS_PASSWORD) must be blank without redis.sentinels or"
                + " redis.cluster: user and password of redis.url are part of it");

    environment.put("MN_REDIS_SENTINELS", "a:0,b,:1");
    environment.put("MN_REDIS_URL", "redis://r:1");
    assertThat(problems())
        .containsExactly(
            "redis.sentinels (MN_REDIS_SENTINELS) must be a list of host:port, where Sentinels"
                + " listen; it is \"a:0,b,:1\"",
            "redis.sentinels (MN_REDIS_SENTINELS) must be blank where redis.url names the server:"
                + " one of the two says where Redis is; it is \"a:0,b,:1\"");
  }

  @Test
  void aLabelThatIsNoneIsNamed() {
    environment.put("MN_NODE_LABELS", "rack a1,zone=eu=west");
    assertThat(problems())
        .singleElement()
        .asString()
        .endsWith(
            "a list of name=text, such as rack=a1,zone=eu; the entry \"rack a1\" is none; it is"
                + " \"rack a1,zone=eu=west\"");
  }

  @Test
  void limitsOfLoadAreNumbersThatCanBeReached() {
    environment.put("MN_MAX_CPU_LOAD_RATIO", "0");
    environment.put("MN_MAX_MEMORY_RATIO", "95");
    environment.put("MN_MAX_GPU_MEMORY_RATIO", "NaN");
    environment.put("MN_MAX_OPEN_FILES_RATIO", "most");
    assertThat(problems())
        .containsExactlyInAnyOrder(
            "max_cpu_load_ratio (MN_MAX_CPU_LOAD_RATIO) must be a number above 0, and at most"
                + " 1000000; it is \"0\"",
            "max_memory_ratio (MN_MAX_MEMORY_RATIO) must be a number above 0, and at most 1; it is"
                + " \"95\"",
            "max_gpu_memory_ratio (MN_MAX_GPU_MEMORY_RATIO) must be a number above 0, and at most 1;"
                + " it is \"NaN\"",
            "max_open_files_ratio (MN_MAX_OPEN_FILES_RATIO) must be a number above 0, and at most 1;"
                + " it is \"most\"");
  }

  @Test
  void aBrokenFileIsNamed() throws IOException {
    configFile("api: [");
    assertThat(problems()).singleElement().asString().startsWith(file + " is not YAML: ");
    file = home.resolve("absent.yaml");
    assertThat(problems()).containsExactly(file + " cannot be read");
  }

  private void believe(String algorithms) {
    environment.put("MN_AUTH_JWT_ALGORITHMS", algorithms);
    environment.put("MN_AUTH_JWT_ISSUER", "https://issuer.example");
    environment.put("MN_AUTH_JWT_AUDIENCE", "mn");
    environment.put("MN_AUTH_JWT_KEY_FILE", "$MN_HOME/key.pem");
  }

  @Test
  void tokensOfAnIssuerAreAsGoodAsATokenOfOurs() {
    environment.put("MN_ENV", "prod");
    environment.put("MN_API_HOST", "0.0.0.0");
    believe("ES256");
    Config config = load();
    assertThat(config.asksWhoCalls()).isTrue();
    assertThat(config.jwt().keyFile()).isEqualTo(home.resolve("key.pem"));
    assertThat(config.jwt().leeway()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.jwt().roleClaim()).isEqualTo("roles");
    assertThat(config.jwt().subjectClaim()).isEqualTo("sub");
  }

  @Test
  void whatAnIssuerIsBelievedByMustBeWhole() {
    environment.put("MN_AUTH_JWT_ALGORITHMS", "HS256,RS256");
    environment.put("MN_AUTH_JWT_LEEWAY_SECONDS", "301");
    environment.put("MN_AUTH_JWT_JWKS_REFRESH_SECONDS", "1");
    environment.put("MN_AUTH_JWT_ROLE_CLAIM", "a..b");
    environment.put("MN_AUTH_JWT_ROLE_NAMES", "boss=root");
    assertThat(problems())
        .containsExactlyInAnyOrder(
            "auth.jwt.leeway_seconds (MN_AUTH_JWT_LEEWAY_SECONDS) must be a whole number from 0 to"
                + " 300; it is \"301\"",
            "auth.jwt.jwks_refresh_seconds (MN_AUTH_JWT_JWKS_REFRESH_SECONDS) must be a whole"
                + " number from 30 to 86400; it is \"1\"",
            "auth.jwt.role_claim (MN_AUTH_JWT_ROLE_CLAIM) must be the name of a claim, or names"
                + " with dots between; it is \"a..b\"",
            "auth.jwt.role_names (MN_AUTH_JWT_ROLE_NAMES) must be a list of word=role with the"
                + " roles viewer, operator and admin; it is \"boss=root\"",
            "auth.jwt.algorithms needs auth.jwt.issuer (MN_AUTH_JWT_ISSUER): tokens for others"
                + " would be accepted without it",
            "auth.jwt.algorithms needs auth.jwt.audience (MN_AUTH_JWT_AUDIENCE): tokens for others"
                + " would be accepted without it",
            "auth.jwt.algorithms needs keys: set auth.jwt.key_file (MN_AUTH_JWT_KEY_FILE) or"
                + " auth.jwt.jwks_url (MN_AUTH_JWT_JWKS_URL)",
            "auth.jwt.algorithms mixes HS with RS, PS or ES: what is public in one would be the"
                + " secret of the other; keep one kind");
  }

  @Test
  void anIssuerHasItsKeysInOnePlace() {
    believe("HS256");
    environment.put("MN_AUTH_JWT_JWKS_URL", "https://issuer.example/keys");
    assertThat(problems())
        .containsExactlyInAnyOrder(
            "auth.jwt.key_file and auth.jwt.jwks_url are both set: keep the one that the keys are"
                + " in",
            "auth.jwt.jwks_url cannot hold the secret of HS algorithms: use auth.jwt.key_file"
                + " (MN_AUTH_JWT_KEY_FILE)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "HS1", "ES256K", "es256", "EdDSA", "RS256 ES256"})
  void otherAlgorithmsDoNotExist(String algorithm) {
    believe(algorithm);
    assertThat(problems())
        .singleElement()
        .asString()
        .startsWith("auth.jwt.algorithms (MN_AUTH_JWT_ALGORITHMS) must be a list of some of HS256");
  }

  @Test
  void anIssuerWithoutAlgorithmsIsNotSetInVain() {
    environment.put("MN_AUTH_JWT_ISSUER", "https://issuer.example");
    environment.put("MN_AUTH_JWT_KEY_FILE", "/key");
    assertThat(problems())
        .containsExactly(
            "auth.jwt.key_file, auth.jwt.issuer would do nothing: set auth.jwt.algorithms"
                + " (MN_AUTH_JWT_ALGORITHMS) too, for example to RS256");
  }

  @ParameterizedTest
  @CsvSource({
    "https://issuer.example/keys, true",
    "http://localhost:8080/keys, true",
    "http://127.0.0.1/keys, true",
    "http://[::1]/keys, true",
    "http://issuer.example/keys, false",
    "http://127.0.0.1.example/keys, false",
    "http://localhost.example/keys, false",
    "http://10.0.0.1/keys, false",
    "http://2130706433/keys, false",
    "https://user:secret@issuer.example/keys, false",
    "https://issuer.example/keys#1, false",
    "https:///keys, false",
    "https:keys, false",
    "file:///keys, false",
    "issuer.example/keys, false",
    "https://issuer .example, false"
  })
  void keysAreFetchedFromSafePlaces(String address, boolean safe) {
    believe("ES256");
    environment.remove("MN_AUTH_JWT_KEY_FILE");
    environment.put("MN_AUTH_JWT_JWKS_URL", address);
    if (safe) {
      assertThat(load().jwt().jwksUrl()).hasToString(address);
    } else {
      assertThat(problems())
          .singleElement()
          .asString()
          .startsWith("auth.jwt.jwks_url (MN_AUTH_JWT_JWKS_URL) must be an https:// address")
          .doesNotContain("secret");
    }
  }

  @Test
  void whatOthersFindWrongIsToldWithTheRest() {
    environment.put("MN_API_PORT", "0");
    assertThat(
            catchThrowableOfType(
                    ConfigException.class,
                    () ->
                        new ConfigLoader(environment, file, flags, home)
                            .load(config -> List.of("the key is wrong")))
                .problems())
        .hasSize(2)
        .contains("the key is wrong");
  }

  @Test
  void productionAndPublicAddressesNeedAToken() {
    environment.put("MN_ENV", "prod");
    environment.put("MN_API_HOST", "0.0.0.0");
    assertThat(problems())
        .containsExactly(
            "api.host 0.0.0.0 can be reached from other machines: set api.token (MN_API_TOKEN)"
                + " or auth.jwt.algorithms, or bind localhost",
            "env prod needs api.token (MN_API_TOKEN) or auth.jwt.algorithms");
    environment.put("MN_API_TOKEN", "t");
    assertThat(load().api().host()).isEqualTo("0.0.0.0");
  }

  @Test
  void theSameHoldsForTheGrpcDoor() {
    environment.put("MN_GRPC_HOST", "0.0.0.0");
    assertThat(problems())
        .containsExactly(
            "grpc.host 0.0.0.0 can be reached from other machines: set api.token (MN_API_TOKEN),"
                + " grpc.auth_token (MN_GRPC_AUTH_TOKEN) or auth.jwt.algorithms, or bind localhost");
    for (String token : List.of("MN_GRPC_AUTH_TOKEN", "MN_API_TOKEN")) {
      environment.put(token, "t");
      assertThat(load().grpc().host()).as(token).isEqualTo("0.0.0.0");
      environment.remove(token);
    }
  }

  @Test
  void aNameThatNobodyKnowsIsToldAsSuch() {
    environment.put("MN_API_HOST", "nowhere.invalid");
    assertThat(problems())
        .containsExactly("api.host nowhere.invalid: no machine of that name is known here");
  }

  @Test
  void aServerWithoutATokenIsNotForThePagesOfAllOrigins() {
    environment.put("MN_API_CORS_ALLOW_ORIGINS", "*");
    assertThat(problems()).singleElement().asString().startsWith("api.cors_allow_origins *");
    environment.put("MN_API_TOKEN", "t");
    assertThat(load().api().corsAllowOrigins()).containsExactly("*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://a/path", "a.example", "https://", "http://a b", "null", "**"})
  void whatIsNoOriginIsNotListed(String origin) {
    environment.put("MN_API_CORS_ALLOW_ORIGINS", "http://fine, " + origin);
    assertThat(problems())
        .containsExactly(
            "api.cors_allow_origins (MN_API_CORS_ALLOW_ORIGINS) must be a list of origins such as"
                + " https://ui.example:8443, without a path, or *; it is \"http://fine, "
                + origin
                + "\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a:80", "http://a", "*", "a/b"})
  void whatIsNoHostNameIsNotAllowed(String host) {
    environment.put("MN_API_ALLOWED_HOSTS", host);
    assertThat(problems())
        .containsExactly(
            "api.allowed_hosts (MN_API_ALLOWED_HOSTS) must be a list of host names without ports;"
                + " it is \""
                + host
                + "\"");
  }

  @ParameterizedTest
  @CsvSource({
    "a:1, b,    2,   c:3, a:1",
    "'',  b,    2,   c:3, b:2",
    "'',  b,    '',  c:3, b:55051",
    "'',  '',   2,   c:3, localhost:2",
    "'',  '',   '',  c:3, c:3",
    "'',  '',   '',  '',  kept:4",
  })
  void theRuntimeToCallIsFoundInTheOrderOfTheContract(
      String target, String host, String port, String announced, String expected)
      throws IOException {
    environment.put("MN_GRPC_TARGET", target);
    environment.put("MN_CORE_HOST", host);
    environment.put("MN_GRPC_PORT", port);
    write("runtime-endpoints.json", "{\"grpc\":{\"target\":\"" + announced + "\"}}");
    write("docker-compose.env", "MN_GRPC_TARGET=kept:4\n");
    assertThat(load().grpc().target()).isEqualTo(expected);
  }

  @Test
  void theApiIsFoundThroughTheRunningServer() throws IOException {
    write("runtime-endpoints.json", "{\"api\":{\"host\":\"h\",\"port\":7}}");
    assertThat(load().api().baseUrl()).isEqualTo("http://h:7/api/v1");
    environment.put("MN_API_PORT", "8");
    assertThat(load().api().baseUrl()).isEqualTo("http://localhost:8/api/v1");
  }

  @Test
  void anApiIsKnownWhereItIsNamedOrAnnouncedWithTheRuntimeThatIsCalled() throws IOException {
    assertThat(load().api().isKnown()).isFalse();
    write(
        "runtime-endpoints.json",
        "{\"api\":{\"base_url\":\"http://h:7/api/v1\"},\"grpc\":{\"target\":\"h:6\"}}");
    assertThat(load().api().isKnown()).isTrue();
    environment.put("MN_GRPC_TARGET", "elsewhere:6");
    assertThat(load().api().isKnown()).isFalse();
    environment.put("MN_API_BASE_URL", "http://elsewhere:7/api/v1");
    assertThat(load().api().isKnown()).isTrue();
  }

  @Test
  void theTokenOfTheApiMayBeInAFile() throws IOException {
    write("api.token", "home\n");
    assertThat(load().api().token()).isEqualTo(new Secret("home"));
    write("named", "named\n");
    environment.put("MN_API_TOKEN_FILE", "$MN_HOME/named");
    assertThat(load().api().token()).isEqualTo(new Secret("named"));
    environment.remove("MN_API_TOKEN_FILE");
    environment.put("MN_API_TOKEN", "variable");
    assertThat(load().api().token()).isEqualTo(new Secret("variable"));
  }

  @Test
  void tokensComeFromTheVariableThenItsFileThenTheHomeThenWhatWasPersisted() throws IOException {
    write("docker-compose.env", "MN_GRPC_AUTH_TOKEN=persisted\n");
    assertThat(load().grpc().authToken()).isEqualTo(new Secret("persisted"));
    write("grpc_auth.token", "home\n");
    assertThat(load().grpc().authToken()).isEqualTo(new Secret("home"));
    write("named", "named\n");
    environment.put("MN_GRPC_AUTH_TOKEN_FILE", "$MN_HOME/named");
    assertThat(load().grpc().authToken()).isEqualTo(new Secret("named"));
    environment.remove("MN_GRPC_AUTH_TOKEN_FILE");
    environment.put("MN_GRPC_AUTH_TOKEN", "variable");
    assertThat(load().grpc().authToken()).isEqualTo(new Secret("variable"));
    write("network.token", "join\n");
    assertThat(load().grpc().joinToken()).isEqualTo(new Secret("join"));
  }

  @Test
  void aTokenThatContradictsItsFileIsAProblem() throws IOException {
    write("named", "one");
    environment.put("MN_GRPC_ADMIN_TOKEN_FILE", "$MN_HOME/named");
    environment.put("MN_GRPC_ADMIN_TOKEN", "another");
    assertThat(problems())
        .containsExactly(
            "grpc.admin_token_file (MN_GRPC_ADMIN_TOKEN_FILE) must be the same token as"
                + " grpc.admin_token; it is \"$MN_HOME/named\"");
  }

  @Test
  void secretsAreNotPrinted() {
    environment.put("MN_API_TOKEN", "very-secret");
    assertThat(load().toString()).doesNotContain("very-secret");
  }
}

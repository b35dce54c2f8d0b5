package io.mirrorneuron.config;

import io.mirrorneuron.config.JwtSettings.PemFiles;
import io.mirrorneuron.model.Lifetime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who this server is among those that share one Redis.
 *
 * @param name of the form {@code <word>@<host>}; empty when the host's name is to be used
 * @param network how others reach it
 * @param marks what its operator says of it
 * @param load how busy it may be and still take new work
 * @param bus the event bus that it may share with others
 * @param drainOnStop how long its jobs may take to go to others when it is told to end; zero: none
 * @param quarantine when this server, while it leads, keeps others from work
 * @param lifetime how long a silent server counts as alive
 */
public record NodeSettings(
    String name,
    Network network,
    Marks marks,
    LoadLimits load,
    ClusterBusSettings bus,
    Duration drainOnStop,
    QuarantineLimits quarantine,
    Lifetime lifetime) {
  /** So many of a node are remembered. */
  private static final int MOST_FAULTS = 20;

  private static final String NAME = "node.name";
  private static final String SILENCE = "cluster.silence_ms";
  private static final String EXPOSE = "network.expose";

  /** What {@code network.advertise_host} may be, unless it is empty. */
  public static final String HOST =
      "[A-Za-z0-9_.-]{1,253}|(?=.{2,45}$)[0-9A-Fa-f]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*";

  private static final String ADVERTISE_HOST = "network.advertise_host";
  private static final String LABELS = "node.labels";
  private static final String BUS_MEMBERS = "vertx.cluster.members";
  private static final String BUS_NAME = "vertx.cluster.name";
  private static final String CAPABILITIES = "node.capabilities";

  /**
   * What constraints of jobs may ask for and no probe finds out.
   *
   * @param labels by name, in small letters
   * @param capabilities words
   */
  public record Marks(Map<String, String> labels, List<String> capabilities) {
    public static final Marks NONE = new Marks(Map.of(), List.of());

    public Marks {
      labels = Map.copyOf(labels);
      capabilities = List.copyOf(capabilities);
    }
  }

  /**
   * When a node is kept from work because of its faults.
   *
   * @param faults so many programs that could not begin, or so often not reached; 0: never for that
   * @param returns so often gone and back; 0: never for that
   * @param window within which they count
   * @param lasts how long the first one takes; zero: until an operator ends it
   */
  public record QuarantineLimits(int faults, int returns, Duration window, Duration lasts) {
    private static QuarantineLimits read(Settings settings) {
      return new QuarantineLimits(
          (int) settings.number("node.quarantine_faults", 0, NodeSettings.MOST_FAULTS),
          (int) settings.number("node.quarantine_returns", 0, NodeSettings.MOST_FAULTS),
          Duration.ofSeconds(settings.number("node.quarantine_window_seconds", 1, 86_400)),
          Duration.ofSeconds(settings.number("node.quarantine_seconds", 0, 604_800)));
    }
  }

  /**
   * How other machines reach it.
   *
   * @param exposed whether gRPC and the embedded Redis listen at the advertised host, for servers
   *     that join this one
   * @param advertiseHost empty when that follows from where it listens
   * @param redisPort of the embedded Redis, once it is exposed
   * @param sharesTokens whether a handshake hands out the operator and admin tokens of gRPC
   * @param tls how servers talk to each other, at a port of its own; null for plain text at that of
   *     gRPC
   * @param tlsPort that port
   */
  public record Network(
      boolean exposed,
      String advertiseHost,
      int redisPort,
      boolean sharesTokens,
      PemFiles tls,
      int tlsPort) {
    /** Of who is no server, and knows of no certificates. */
    public static final Network PLAIN = new Network(false, "", 0, false, null, 0);

    private static Network read(Settings settings, ConfigReader paths) {
      String host = settings.text(ADVERTISE_HOST);
      settings.requireText(
          ADVERTISE_HOST,
          host.isEmpty() || host.matches(HOST),
          "a name or address of this machine, such as 10.0.0.7, without a port");
      boolean exposed = settings.flag(EXPOSE);
      settings.requireText(
          EXPOSE,
          !exposed || !host.matches("|0\\.0\\.0\\.0|[0:]+"),
          "false unless %s is the address by which others reach this server"
              .formatted(ADVERTISE_HOST));
      return new Network(
          exposed,
          host,
          (int) settings.number("network.redis_port", 1, 65_535),
          settings.flag("network.share_tokens"),
          NodeSettings.tls(settings, paths, "network"),
          settings.port("network.tls_port"));
    }
  }

  /** Others have to reach an exposed server: unless somebody says where, gRPC listens there. */
  static String grpcHost(Settings settings) {
    String advertised = settings.text(ADVERTISE_HOST);
    boolean atAdvertised = !advertised.isEmpty() && settings.flag(EXPOSE);
    return atAdvertised && !settings.isSet("grpc.host") ? advertised : settings.word("grpc.host");
  }

  static NodeSettings read(Settings settings, ConfigReader paths) {
    String name = settings.text(NAME);
    settings.requireText(
        NAME,
        name.isEmpty() || name.matches("[A-Za-z0-9_.-]{1,64}@[A-Za-z0-9_.:-]{1,253}"),
        "a name such as mirror_neuron@host-1");
    return new NodeSettings(
        name,
        Network.read(settings, paths),
        marks(settings),
        LoadLimits.read(settings),
        bus(settings, paths),
        Duration.ofSeconds(settings.number("node.drain_on_stop_seconds", 0, 86_400)),
        QuarantineLimits.read(settings),
        lifetime(settings));
  }

  /** A lifetime that nobody has chosen is that of earlier versions, whatever is set besides. */
  private static Lifetime lifetime(Settings settings) {
    int faults = settings.problems().size();
    long ms = settings.number(SILENCE, Lifetime.LEAST_MS, Lifetime.MOST_MS);
    if (!settings.isSet(SILENCE) || settings.problems().size() > faults) {
      return Lifetime.DEFAULT;
    }
    String answer = settings.text("redis.timeout_ms");
    long timeout = answer.matches("\\d{1,9}") ? Long.parseLong(answer) : 0; // else told elsewhere
    settings.requireText(
        SILENCE,
        timeout <= ms / Lifetime.LEAST_ANSWERS,
        "at least %d with redis.timeout_ms at %d; or set redis.timeout_ms (MN_REDIS_TIMEOUT_MS) to %d at most: a heartbeat that Redis does not answer in time and that is sent again must arrive before the server gives up its work"
            .formatted(timeout * Lifetime.LEAST_ANSWERS, timeout, ms / Lifetime.LEAST_ANSWERS));
    for (String key : List.of("redis.sentinels", "redis.cluster")) {
      settings.requireText(
          SILENCE,
          ms >= Lifetime.LEAST_WITH_FAILOVER_MS || settings.list(key).isEmpty(),
          "at least %d with %s: another Redis takes over within 5 s, and a server must not give up its work meanwhile"
              .formatted(Lifetime.LEAST_WITH_FAILOVER_MS, key));
    }
    return new Lifetime(ms);
  }

  private static Marks marks(Settings settings) {
    Map<String, String> labels = new TreeMap<>();
    settings
        .pairs(LABELS)
        .forEach((label, value) -> labels.put(label.toLowerCase(Locale.ROOT), value));
    Optional<String> unfit =
        labels.entrySet().stream()
            .filter(one -> !isWord(one.getKey()) || !isShort(one.getValue()))
            .map(Map.Entry::getKey)
            .findFirst();
    settings.requireText(
        LABELS,
        unfit.isEmpty(),
        "a list of name=text, such as rack=a1,zone=eu; the entry \"%s\" is none"
            .formatted(unfit.orElse("")));
    List<String> capabilities = settings.list(CAPABILITIES);
    settings.requireText(
        CAPABILITIES,
        capabilities.stream().allMatch(NodeSettings::isWord),
        "a list of words, such as fast-disk,licensed");
    return new Marks(labels, capabilities);
  }

  private static boolean isWord(String text) {
    return text.matches("[A-Za-z0-9][A-Za-z0-9_./-]{0,127}");
  }

  private static boolean isShort(String text) {
    return !text.isBlank() && text.length() <= 256 && text.chars().noneMatch(one -> one < ' ');
  }

  private static ClusterBusSettings bus(Settings settings, ConfigReader paths) {
    String host = settings.word(ClusterBusSettings.HOST);
    settings.requireText(
        ClusterBusSettings.HOST,
        HostName.isName(host) && !host.equals("0.0.0.0"),
        "a name or address of this machine that the other members reach, such as 10.0.0.7");
    List<String> members = settings.list(BUS_MEMBERS);
    settings.requireText(
        BUS_MEMBERS,
        members.stream().allMatch(member -> member.matches("[A-Za-z0-9_.-]{1,253}:\\d{1,5}")),
        "a list of host:port such as 10.0.0.8:5701");
    String name = settings.word(BUS_NAME);
    settings.requireText(BUS_NAME, name.matches("[A-Za-z0-9_.-]{1,64}"), "a word");
    return new ClusterBusSettings(
        settings.flag("vertx.cluster"),
        host,
        (int) settings.number("vertx.cluster.port", 1, 65_535),
        settings.port("vertx.cluster.bus_port"),
        members,
        name,
        tls(settings, paths, "vertx.cluster"));
  }

  /**
   * @param group of the three settings
   * @return null when none of them is set
   */
  private static PemFiles tls(Settings settings, ConfigReader paths, String group) {
    Path key = paths.optionalPath(group + ".tls_key");
    Path cert = paths.optionalPath(group + ".tls_cert");
    Path ca = paths.optionalPath(group + ".tls_ca");
    boolean none = key == null && cert == null && ca == null;
    boolean all = key != null && cert != null && ca != null;
    settings.requireText(
        group + ".tls_cert",
        none || all,
        "given together with %1$s.tls_key and %1$s.tls_ca".formatted(group));
    return all ? new PemFiles(key, cert, ca) : null;
  }

  /**
   * Numbers of ports that follow each other.
   *
   * @param first 1 to 65535
   * @param last of them, itself included
   */
  public record PortRange(int first, int last) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,5})\\s*-\\s*(\\d{1,5})");

    /** Of {@code 20000-24999}; empty when it is not like that. */
    public static Optional<PortRange> parse(String text) {
      Matcher form = FORM.matcher(text.strip());
      if (!form.matches()) {
        return Optional.empty();
      }
      PortRange range =
          new PortRange(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
      return range.first >= 1 && range.first <= range.last && range.last <= 65_535
          ? Optional.of(range)
          : Optional.empty();
    }
  }
}

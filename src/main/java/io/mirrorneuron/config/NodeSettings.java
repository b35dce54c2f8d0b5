package io.mirrorneuron.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who this server is among those that share one Redis.
 *
 * @param name of the form {@code <word>@<host>}; empty when the host's name is to be used
 * @param network how others reach it
 * @param marks what its operator says of it
 * @param load how busy it may be and still take new work
 */
public record NodeSettings(String name, Network network, Marks marks, LoadLimits load) {
  private static final String NAME = "node.name";
  private static final String EXPOSE = "network.expose";
  private static final String ADVERTISE_HOST = "network.advertise_host";
  private static final String LABELS = "node.labels";
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
   * How other machines reach it.
   *
   * @param exposed whether gRPC and the embedded Redis listen at the advertised host, for servers
   *     that join this one
   * @param advertiseHost empty when that follows from where it listens
   * @param redisPort of the embedded Redis, once it is exposed
   * @param sharesTokens whether a handshake hands out the operator and admin tokens of gRPC
   */
  public record Network(
      boolean exposed, String advertiseHost, int redisPort, boolean sharesTokens) {
    private static Network read(Settings settings) {
      String host = settings.text(ADVERTISE_HOST);
      settings.requireText(
          ADVERTISE_HOST,
          host.isEmpty() || host.matches("[A-Za-z0-9_.-]{1,253}|[0-9A-Fa-f:.]{2,45}"),
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
          settings.flag("network.share_tokens"));
    }
  }

  /** Others have to reach an exposed server: unless somebody says where, gRPC listens there. */
  static String grpcHost(Settings settings) {
    String advertised = settings.text(ADVERTISE_HOST);
    boolean atAdvertised = !advertised.isEmpty() && settings.flag(EXPOSE);
    return atAdvertised && !settings.isSet("grpc.host") ? advertised : settings.word("grpc.host");
  }

  static NodeSettings read(Settings settings) {
    String name = settings.text(NAME);
    settings.requireText(
        NAME,
        name.isEmpty() || name.matches("[A-Za-z0-9_.-]{1,64}@[A-Za-z0-9_.:-]{1,253}"),
        "a name such as mirror_neuron@host-1");
    return new NodeSettings(
        name, Network.read(settings), marks(settings), LoadLimits.read(settings));
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
}

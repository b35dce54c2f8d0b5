package io.mirrorneuron.cli.runtime;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.config.NodeSettings;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mn node expose}: settings that are kept in the home, for the next start of its server. */
@Command(
    name = "expose",
    description =
        "Has the server of this home be reached by other machines from its next start on, so that it"
            + " can join others and have others join.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn node expose",
      "  mn node expose --host 10.0.0.9",
      "  mn node expose --off     this machine only, as before"
    })
final class ExposeCommand implements Callable<Integer> {
  private static final String EXPOSE = "MN_NETWORK_EXPOSE=";
  private static final String HOST = "MN_NETWORK_ADVERTISE_HOST=";

  /** No packet is sent there: the system only says by which of its addresses it would be. */
  private static final InetSocketAddress ANYWHERE = new InetSocketAddress("192.0.2.1", 9);

  @Mixin Client client;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "By which others reach this machine; else its address in the local network.")
  String host;

  @Option(names = "--off", description = "Undoes it.")
  boolean off;

  /** What is told of it. */
  private record Exposed(
      boolean exposed,
      String host,
      String joinToken,
      String settings,
      @JsonInclude(JsonInclude.Include.NON_NULL) String warning) {}

  private static final String NAMES_REDIS =
      "It cannot join others while its settings name a Redis (redis.url, redis.sentinels or"
          + " redis.cluster): unset that before it is started, or set the same on all servers that"
          + " are to be one cluster.";

  @Override
  public Integer call() throws InterruptedException {
    if (off && host != null) {
      throw client.misuse("say --host or --off, not both");
    }
    if (host != null && !host.matches(NodeSettings.HOST)) {
      throw client.misuse(
          "--host must be a name or address of this machine, such as 10.0.0.7, without a port");
    }
    Path home = client.config().home();
    Path settings = home.resolve("docker-compose.env");
    String address = off ? "" : host == null ? ownAddress() : host;
    try {
      Files.createDirectories(home);
      keep(settings, address);
      Path token = home.resolve("network.token");
      String known = Files.exists(token) ? Files.readString(token).strip() : "";
      boolean joinsNobody = !off && !client.config().redis().isEmbedded();
      client.print(
          new Exposed(
              !off,
              address,
              off ? "" : known,
              settings.toString(),
              joinsNobody ? NAMES_REDIS : null),
          this::tell);
      return ExitCode.OK;
    } catch (IOException e) {
      throw client.misuse("%s cannot be written: %s".formatted(settings, e.getMessage()));
    }
  }

  private void keep(Path file, String address) throws IOException {
    List<String> lines = new ArrayList<>(Files.exists(file) ? Files.readAllLines(file) : List.of());
    lines.removeIf(line -> line.strip().startsWith(EXPOSE) || line.strip().startsWith(HOST));
    if (!off) {
      lines.add(EXPOSE + "true");
      lines.add(HOST + address);
    }
    Path fresh = Files.createTempFile(file.getParent(), "settings", ".new");
    Files.write(fresh, lines);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private void tell(Exposed told) {
    if (!told.exposed) {
      client.output().line("From its next start on the server is reached by this machine only.");
      return;
    }
    client.output().line("From its next start on the server is reached at " + told.host + ".");
    if (told.warning != null) {
      client.output().line(told.warning);
      return;
    }
    client
        .output()
        .line("Start it again (mn up), then on the machine whose cluster it is to join:");
    client
        .output()
        .line(
            told.joinToken.isEmpty()
                ? "  mn node add %s --token TOKEN     (%s, which its first start makes)"
                    .formatted(told.host, client.config().home().resolve("network.token"))
                : "  mn node add %s --token %s".formatted(told.host, told.joinToken));
  }

  private static String ownAddress() {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(ANYWHERE);
      InetAddress own = socket.getLocalAddress();
      return own.isAnyLocalAddress() ? "127.0.0.1" : own.getHostAddress();
    } catch (IOException e) {
      return "127.0.0.1";
    }
  }
}

package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.EitherClient;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mn resource}. */
@Command(
    name = "resource",
    description = "Shows what the nodes have, and limits how much of it may be used.",
    subcommands = ResourceSetCommand.class,
    footerHeading = "%nExamples:%n",
    footer = {"  mn resource list", "  mn resource set --cpu 50", "  mn resource ports"})
public final class ResourceCommand extends CommandGroup {
  private static final List<String> HEADERS = List.of("Service", "Host", "Port", "URL / target");

  @Command(
      name = "list",
      description =
          "Shows cores, memory, disk and GPUs, and the limits. With --json and in pipes: all that"
              + " is known.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn resource list",
        "  mn resource list | jq '.nodes[].devices'     the GPUs, each with its driver"
      })
  int list(@Mixin EitherClient client) throws InterruptedException {
    client.jsonInPipes();
    return client.ask(
        rest -> rest.get("/resource"),
        mn -> mn.cluster().resource(),
        answer -> new ResourceView(client).show(answer));
  }

  private record Ports(List<Port> ports) {}

  private record Port(String name, String label, String host, String port, String target) {
    List<String> row() {
      String what = label == null ? name : name + " (" + label + ")";
      return List.of(
          Objects.toString(what, ""),
          Objects.toString(host, ""),
          Objects.toString(port, ""),
          Objects.toString(target, ""));
    }
  }

  @Command(
      name = "ports",
      description = "Shows where the server listens.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn resource ports",
        "  mn resource ports --in-use | jq -r '.ports[].port'     that a new service cannot have"
      })
  int ports(
      @Mixin EitherClient client,
      @Option(
              names = "--in-use",
              description = "Also the ports that other programs of its machine listen on.")
          boolean inUse)
      throws InterruptedException {
    client.jsonInPipes();
    return client.show(
        rest -> rest.get("/resource/ports" + (inUse ? "?in_use=true" : "")),
        mn -> Map.of("ports", List.of(ResourceView.runtimeDoor(client.config().grpc().target()))),
        Ports.class,
        told -> client.output().table(HEADERS, told.ports().stream().map(Port::row).toList()));
  }
}

package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.Bundle;
import io.mirrorneuron.bundle.RequiredServices;
import io.mirrorneuron.cli.BundleReport;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.port.node.ServicesPort.RegisteredService;
import io.mirrorneuron.port.node.ServicesPort.ServiceFilter;
import io.mirrorneuron.port.node.ServicesPort.ServiceReport;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn service}. */
@Command(
    name = "service",
    description = "Looks at services that jobs offer.",
    footerHeading = "%nExamples:%n",
    footer = {"  mn service list", "  mn service resolve web", "  mn service check my-bundle/"})
public final class ServiceCommand extends CommandGroup {
  private static final List<String> HEADERS =
      List.of("Service", "Status", "Address", "Node", "Job", "Agent", "Tags");

  @Command(
      name = "list",
      description = "Lists the services that pass. With --json and in pipes: all that is known.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn service list --all             also those that do not pass",
        "  mn service list --tag web_ui | jq -r '.services[].url'"
      })
  int list(
      @Mixin Client client,
      @Option(names = "--name", paramLabel = "NAME", description = "Only those of this name.")
          String name,
      @Option(names = "--job-id", paramLabel = "JOB", description = "Only those of this job.")
          String jobId,
      @Option(
              names = "--status",
              paramLabel = "STATUS",
              description = "passing, warning or critical; the last two need --all.")
          String status,
      @Mixin ServiceChoice choice)
      throws InterruptedException {
    ServiceFilter filter = choice.filter(name, jobId, status);
    client.jsonInPipes();
    return client.show(
        mn -> mn.services().list(filter), answer -> table(client, answer.services()));
  }

  @Command(
      name = "resolve",
      description = {
        "Says where a service is: its instances, the one to take first.",
        "Instances of the node that answers come first, and take turns."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  mn service resolve web", "  mn service resolve web --json | jq .service.port"})
  int resolve(
      @Mixin Client client,
      @Parameters(paramLabel = "NAME", description = "Of the service.") String name,
      @Mixin ServiceChoice choice)
      throws InterruptedException {
    ServiceFilter filter = choice.filter(null, null, null);
    client.jsonInPipes();
    return client.show(
        mn -> mn.services().resolve(name, filter), answer -> table(client, answer.services()));
  }

  private static void table(Client client, List<RegisteredService> services) {
    Output output = client.output();
    output.table(HEADERS, services.stream().map(ServiceCommand::row).toList());
    services.stream()
        .filter(one -> !one.passes())
        .forEach(one -> reasons(one).forEach(output::line));
  }

  /**
   * Why it does not pass: a line for each check that fails, or one for what is so whatever they
   * find.
   */
  private static Stream<String> reasons(RegisteredService one) {
    if (one.health() == null) {
      return Stream.empty();
    }
    Stream<String> always = Stream.ofNullable(one.health().reason());
    Stream<String> failing =
        Stream.ofNullable(one.health().checks())
            .flatMap(List::stream)
            .filter(check -> check.message() != null)
            .map(check -> "%s: %s".formatted(check.name(), check.message()));
    return Stream.concat(always, failing)
        .map(why -> Output.printable("%s is %s: %s".formatted(one.id(), one.status(), why)));
  }

  private static List<String> row(RegisteredService one) {
    String where =
        one.port() == null
            ? Objects.requireNonNullElse(one.url(), one.address())
            : one.address() + ":" + one.port();
    return Stream.of(
            one.name(),
            one.status(),
            where,
            one.node(),
            one.jobId(),
            one.agentId(),
            String.join(", ", one.tags()))
        .map(text -> Objects.requireNonNullElse(text, ""))
        .toList();
  }

  @Command(
      name = "check",
      description = "Says whether the services that a bundle needs are there and well.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:they are",
        "1:one is not, or the call failed",
        "5:there is no such bundle"
      },
      footerHeading = "%nExamples:%n",
      footer = {"  mn service check my-bundle/", "  mn service check my-bundle/ -o json"})
  int check(
      @Mixin Client client,
      @Parameters(
              paramLabel = "BUNDLE",
              description = "A folder, a zip, a manifest on its own, or the name of a sample.")
          String bundle,
      @Option(
              names = {"-o", "--output"},
              paramLabel = "FORMAT",
              defaultValue = "table",
              description = "table or json; json is the same as --json.")
          String format)
      throws InterruptedException {
    return client.call(mn -> tell(client, format, mn.services().check(needed(bundle))));
  }

  private static String needed(String bundle) {
    try (Bundle opened = BundleReport.open(bundle)) {
      return RequiredServices.of(opened.submission().manifestJson());
    }
  }

  private static int tell(Client client, String format, ServiceReport report) {
    Output output = client.output();
    report.warnings().forEach(warning -> client.complain("warning: " + warning));
    if (client.json() || format.equals("json")) {
      output.json(report);
    } else if (report.ok()) {
      output.line("Service check confirmed.");
      output.line("Status: healthy");
    } else {
      for (ServiceReport.Issue issue : report.issues()) {
        output.line("error: " + Output.printable(issue.message()));
        output.line("  " + Output.printable(issue.help()));
      }
    }
    return report.ok() ? ExitCode.OK : ExitCode.FAILED;
  }

  /** Which instances of services are shown. */
  static final class ServiceChoice {
    @Option(names = "--node", paramLabel = "NODE", description = "Only those of this node.")
    private String node;

    @Option(names = "--tag", paramLabel = "TAG", description = "With this tag, each of them.")
    private List<String> tags;

    @Option(
        names = "--role",
        paramLabel = "ROLE",
        description = "Of their job in a deployment: primary, candidate or retired.")
    private String role;

    @Option(names = "--all", description = "Also those that do not pass.")
    private boolean all;

    /** Null is any. */
    ServiceFilter filter(String name, String jobId, String status) {
      return new ServiceFilter(name, node, jobId, null, status, tags, !all, role);
    }
  }
}

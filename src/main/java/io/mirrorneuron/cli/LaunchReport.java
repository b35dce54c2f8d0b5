package io.mirrorneuron.cli;

import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.wire.Json;
import java.util.List;

/** Tells on stderr why a launch failed. */
public final class LaunchReport {
  private final ClientOptions client;

  private record Report(List<Issue> issues) {}

  private record Details(Report validation) {}

  private record Event(String status, Details details) {}

  private record Told(String error, List<Event> events) {}

  public LaunchReport(ClientOptions client) {
    this.client = client;
  }

  /**
   * @param end what is told of the launch
   * @return the exit code
   */
  public int failed(RestAnswer end) {
    Told told = Json.read(end.json(), Told.class, "progress");
    if (client.json()) {
      client.output().json(end.json());
      return ExitCode.FAILED;
    }
    List<Issue> issues =
        told.events().stream()
            .filter(event -> event.status().equals("failed") && event.details() != null)
            .filter(event -> event.details().validation() != null)
            .flatMap(event -> event.details().validation().issues().stream())
            .toList();
    issues.forEach(this::tell);
    client.complain(issues.isEmpty() ? "the launch failed: " + told.error() : "the launch failed");
    return ExitCode.FAILED;
  }

  private void tell(Issue issue) {
    var err = client.commandLine().getErr();
    String kind = client.screen().paint().status(issue.severity(), issue.severity());
    err.println(kind + ": " + Output.printable(issue.sentence()));
    if (!issue.help().isEmpty()) {
      err.println("  " + Output.printable(issue.help()));
    }
    err.flush();
  }
}

package io.mirrorneuron.cli;

import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.wire.Json;
import java.util.List;

/** Prints on stderr the reasons of a failed launch, or the warnings of a successful one. */
public final class LaunchReport {
  private final ClientOptions client;
  private final String bundle;

  private record Report(List<Issue> issues) {}

  private record Details(Report validation) {}

  private record Event(String status, Details details) {}

  private record ReportBody(String error, List<Event> events) {}

  /**
   * @param bundle how it was named
   */
  public LaunchReport(ClientOptions client, String bundle) {
    this.client = client;
    this.bundle = bundle;
  }

  /**
   * @param end what is told of the launch
   * @return the exit code
   */
  public int failed(RestAnswer end) {
    ReportBody reported = Json.read(end.json(), ReportBody.class, "progress");
    if (client.json()) {
      client.output().json(end.json());
      return ExitCode.FAILED;
    }
    List<Issue> issues = issues(reported, "failed");
    tell(issues);
    client.complain(
        issues.isEmpty() ? "the launch failed: " + reported.error() : "the launch failed");
    return ExitCode.FAILED;
  }

  /** What its author or who launches it should look at, though there is a job. */
  public void warn(RestAnswer end) {
    tell(issues(Json.read(end.json(), ReportBody.class, "progress"), "completed"));
  }

  private static List<Issue> issues(ReportBody reported, String status) {
    return reported.events().stream()
        .filter(event -> event.status().equals(status) && event.details() != null)
        .filter(event -> event.details().validation() != null)
        .flatMap(event -> event.details().validation().issues().stream())
        .distinct()
        .toList();
  }

  private void tell(List<Issue> issues) {
    var err = client.commandLine().getErr();
    BundleReport.lines(client, bundle, issues).forEach(err::println);
    err.flush();
  }
}

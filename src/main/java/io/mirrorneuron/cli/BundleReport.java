package io.mirrorneuron.cli;

import io.mirrorneuron.Bundle;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.blueprint.Samples;
import io.mirrorneuron.bundle.Malformed;
import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reports errors and warnings of a bundle, in the same form for all commands. */
public final class BundleReport {
  /** Refusals about the bundle or its inputs. */
  private static final Set<ErrorCode> OF_THE_BUNDLE =
      EnumSet.of(
          ErrorCode.MALFORMED, ErrorCode.TOO_LARGE, ErrorCode.INVALID, ErrorCode.PRECONDITION);

  private static final int MOST_NAMED = 10;

  private final Client client;
  private final String bundle;
  private final boolean strict;

  /**
   * @param strict whether warnings count as errors
   */
  public BundleReport(Client client, String bundle, boolean strict) {
    this.client = client;
    this.bundle = bundle;
    this.strict = strict;
  }

  /**
   * A local folder takes precedence over a sample of the same name.
   *
   * @throws MnException NOT_FOUND when there is neither
   */
  public static Bundle open(String bundle) {
    Path path = Path.of(bundle);
    if (Files.exists(path)) {
      return Bundle.open(path);
    }
    if (Samples.names().contains(bundle)) {
      return Bundle.sample(bundle);
    }
    throw new MnException(
        ErrorCode.NOT_FOUND,
        "bundle_not_found",
        "bundle %s was not found%s"
            .formatted(
                bundle,
                NearestMatch.of(bundle, Samples.names())
                    .map("; did you mean the sample %s?"::formatted)
                    .orElse(": no such file or folder, and no sample of that name")));
  }

  /**
   * Validates at the runtime, or locally if none is reachable. An unreadable bundle gets a report,
   * too.
   *
   * @param inputs by name
   * @throws MnException NOT_FOUND when there is no such bundle; failures that are not about it
   */
  public Validation of(MirrorNeuron mn, Map<String, ?> inputs) {
    try (Bundle opened = open(bundle)) {
      return judged(of(mn, opened, opened.submission(inputs)));
    } catch (MnException e) {
      if (!OF_THE_BUNDLE.contains(e.code())) {
        throw e;
      }
      return Validation.of(Malformed.issues(e), null);
    }
  }

  private Validation of(MirrorNeuron mn, Bundle opened, Submission submission) {
    try {
      return opened.located(mn.jobs().validate(submission));
    } catch (MnException e) {
      if (e.code() != ErrorCode.UNAVAILABLE && e.code() != ErrorCode.UNIMPLEMENTED) {
        throw e;
      }
      client.complain("no runtime was asked, so what machines have is not checked");
      return opened.validate(submission);
    }
  }

  private Validation judged(Validation report) {
    List<Issue> issues =
        report.issues().stream()
            .map(issue -> issue.isError() || !isRefused(issue) ? issue : asError(issue))
            .sorted(Comparator.comparing(issue -> !issue.isError()))
            .toList();
    return Validation.of(issues, report.results(), report.plan());
  }

  private static Issue asError(Issue warning) {
    return Issue.error(warning.code(), warning.message(), warning.help(), warning.location());
  }

  /** A missing script is an error here, even if servers only warn. */
  private boolean isRefused(Issue issue) {
    return strict || issue.code().equals(Issue.SCRIPT_MISSING);
  }

  /**
   * Refuses warnings that this command treats as errors.
   *
   * @throws MnException INVALID with all of them
   */
  public void require(MirrorNeuron mn, Bundle opened, Submission submission) {
    Validation report = strict ? of(mn, opened, submission) : opened.validate(submission);
    List<String> refused =
        report.issues().stream()
            .filter(issue -> !issue.isError() && isRefused(issue))
            .map(Issue::sentence)
            .toList();
    if (!refused.isEmpty()) {
      throw new MnException(
          ErrorCode.INVALID, "manifest_validation_failed", String.join("; ", refused));
    }
  }

  /**
   * Prints the reasons of a refusal on stderr, in the form that {@code mn validate} prints on
   * stdout.
   *
   * @return the exit code
   * @throws MnException the refusal, when it is not about the bundle, or has no further details
   */
  public int refused(MnException refusal, MirrorNeuron mn, Map<String, ?> inputs) {
    if (!OF_THE_BUNDLE.contains(refusal.code())) {
      throw refusal;
    }
    Validation report = of(mn, inputs);
    boolean saysMore =
        report.issues().stream().anyMatch(issue -> !issue.sentence().equals(refusal.getMessage()));
    if (report.ok() || !saysMore) {
      throw refusal;
    }
    PrintWriter err = client.commandLine().getErr();
    lines(report).forEach(err::println);
    err.println(verdict(report));
    err.flush();
    return ExitCode.of(refusal.code());
  }

  /** Lists the links of a folder that are not sent with it. */
  public static void tellLinks(ClientOptions client, Path folder, List<String> links) {
    if (!links.isEmpty()) {
      client.complain(
          "links are not sent, put there what they lead to: in %s %s%s"
              .formatted(
                  folder,
                  links.stream().limit(MOST_NAMED).collect(Collectors.joining(", ")),
                  links.size() > MOST_NAMED ? ", … (%d)".formatted(links.size()) : ""));
    }
  }

  /** Lists the links in the bundle's payloads, if the bundle is a local folder. */
  public void tellLinks() {
    Path folder = Path.of(bundle);
    Path payloads = folder.resolve("payloads");
    if (!Files.isDirectory(payloads)) {
      return;
    }
    try (Stream<Path> all = Files.walk(payloads)) {
      tellLinks(
          client,
          folder,
          all.filter(Files::isSymbolicLink)
              .map(link -> folder.relativize(link).toString())
              .sorted()
              .toList());
    } catch (IOException | UncheckedIOException e) {
      // whoever sends the bundle says so
    }
  }

  /** A sentence for each issue, and its remedy. */
  public List<String> lines(Validation report) {
    return lines(client, bundle, report.issues());
  }

  /** A sentence for each issue; a remedy shared by several in a row is printed once. */
  static List<String> lines(ClientOptions client, String bundle, List<Issue> issues) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < issues.size(); i++) {
      Issue issue = issues.get(i);
      String kind = client.screen().paint().status(issue.severity(), issue.severity());
      lines.add(kind + ": " + Output.printable(issue.sentence()));
      boolean isLast = i + 1 == issues.size() || !issues.get(i + 1).help().equals(issue.help());
      if (!issue.help().isEmpty() && isLast) {
        String help = issue.help().replace("--folder PATH", "--folder " + bundle);
        lines.add("  " + Output.printable(help));
      }
    }
    return lines;
  }

  public String verdict(Validation report) {
    int warnings = report.warnings().size();
    String reported = warnings == 0 ? "" : ", " + count(warnings, "warning");
    return report.ok()
        ? bundle + " can run" + reported
        : bundle + " cannot run: " + count(report.errorCount(), "error") + reported;
  }

  private static String count(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}

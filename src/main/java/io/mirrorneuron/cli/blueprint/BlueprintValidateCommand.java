package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.BundleReport;
import io.mirrorneuron.cli.EitherClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.wire.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mn blueprint validate}. */
@Command(
    name = "validate",
    description = "Says all that a launch would be told, and launches nothing.",
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:it can run", "1:it cannot run", "5:there is no such blueprint"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn blueprint validate word-count --input most=5",
      "  mn blueprint validate --folder my-bundle/ --json | jq .issues"
    })
public final class BlueprintValidateCommand implements Callable<Integer> {
  @Mixin EitherClient client;
  @Mixin LaunchWords words;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "table, or json, which is the same as --json.")
  String format;

  private record Told(Validation validation) {}

  @Override
  public Integer call() throws InterruptedException {
    words.checkOrFolder(client);
    if (format != null && !format.equals("json") && !format.equals("table")) {
      throw client.misuse("--output must be table or json");
    }
    return client.callApi(this::validate);
  }

  private int validate(RestClient rest) throws InterruptedException {
    RestAnswer answer = rest.post("/blueprints/launch/validate", words.body(client, rest));
    Validation report = Json.read(answer.json(), Told.class, "answer").validation();
    if (client.json() || "json".equals(format)) {
      client.output().json(report);
    } else {
      BundleReport told = new BundleReport(client, words.name(), false);
      told.lines(report).forEach(client.output()::line);
      client.output().line(told.verdict(report));
    }
    return report.ok() ? ExitCode.OK : ExitCode.FAILED;
  }
}

package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.cli.EitherClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.wire.DottedKeys;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mn runtime metrics}. */
@Command(
    name = "metrics",
    description = "Prints the counters of the runtime, one a line; in pipes as JSON.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn runtime metrics",
      "  mn runtime metrics | jq .jobs.by_status.running",
      "  curl -H 'Accept: text/plain' http://localhost:54001/api/v1/metrics     for Prometheus"
    })
public final class RuntimeMetricsCommand implements Callable<Integer> {
  @Mixin EitherClient client;

  @Override
  public Integer call() throws InterruptedException {
    client.jsonInPipes();
    return client.ask(
        rest -> rest.get("/metrics"),
        mn -> mn.cluster().overview().metrics(),
        answer -> {
          if (client.json()) {
            client.output().json(answer.json());
          } else {
            print(answer);
          }
          return ExitCode.OK;
        });
  }

  private void print(RestAnswer answer) {
    Output output = client.output();
    DottedKeys.of(answer.json(), key -> false)
        .forEach((key, value) -> output.line(Output.printable(key + "  " + value.asText())));
  }
}

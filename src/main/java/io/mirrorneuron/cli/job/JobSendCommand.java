package io.mirrorneuron.cli.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.wire.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn job send}. */
@Command(
    name = "send",
    description = "Gives a message to an agent of a job. A paused job gets it when it goes on.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn job send JOB_ID review --body '{\"approved\": true}'",
      "  mn job send JOB_ID intake --type order --body '{\"id\": 7}' --header priority=high"
    })
final class JobSendCommand implements Callable<Integer> {
  @Mixin Client client;

  @Parameters(paramLabel = "JOB_ID", description = JobCommand.ID)
  String jobId;

  @Parameters(paramLabel = "AGENT_ID", description = "The agent that gets the message.")
  String agentId;

  @Option(
      names = "--body",
      paramLabel = "JSON",
      defaultValue = "{}",
      description = "What the message says; default ${DEFAULT-VALUE}.")
  String body;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "The message's type, by which edges and agents know it; default command.")
  String type;

  @Option(
      names = "--header",
      paramLabel = "NAME=TEXT",
      description = "A header of the message; may be given several times.")
  Map<String, String> headers = new LinkedHashMap<>();

  @Override
  public Integer call() throws InterruptedException {
    ObjectNode message = Json.object();
    message.set("body", client.parsed("--body", body));
    if (type != null) {
      message.put("type", type);
    }
    if (!headers.isEmpty()) {
      headers.forEach(message.putObject("headers")::put);
    }
    return client.show(
        jobId,
        (mn, job) -> mn.sendMessage(job, agentId, message),
        answer -> client.output().line("Agent " + agentId + " has message " + answer.messageId()));
  }
}

package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.RunsClient;
import io.mirrorneuron.cli.human.HumanCommand;
import io.mirrorneuron.model.MnException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn blueprint human}. */
@Command(
    name = "human",
    description = {
      "Prints what people were asked in a run and what they answered, each record as a line of JSON.",
      "mn human list shows people what is asked, in all runs."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn blueprint human RUN_ID",
      "  mn blueprint human RUN_ID --pending | jq -r .payload.prompt",
      "  mn blueprint human respond RUN_ID REQUEST_ID --decision approve"
    })
public final class BlueprintHumanCommand implements Callable<Integer> {
  private static final RunReader.Wanted ALL = new RunReader.Wanted("human", null);

  private static final String REVIEWER =
      "Who acts; without a name cli, before a server whom its token names.";

  @Mixin RunsClient client;

  @Parameters(arity = "0..1", paramLabel = "RUN", description = RunReader.ID)
  String run;

  @Option(names = "--pending", description = "Only what is asked and not answered.")
  boolean pending;

  @Override
  public Integer call() throws InterruptedException {
    if (run == null) {
      throw client.misuse("Missing argument 'RUN'");
    }
    return RunReader.call(
        client,
        runs -> {
          if (pending) {
            runs.pending(run).forEach(record -> Lines.print(client, record.line()));
          } else {
            FollowOptions.printLast(
                client, runs, run, ALL, Integer.MAX_VALUE, StreamRecord::payload);
          }
          return ExitCode.OK;
        });
  }

  @Command(
      name = "respond",
      description = {
        "Answers what a program of a run asked.",
        "mn human respond answers forms too, and asks for the answer at a terminal."
      },
      sortOptions = false,
      footerHeading = "%nExample:%n",
      footer =
          "  mn blueprint human respond RUN_ID REQUEST_ID --decision approve --reviewer ada --notes ok")
  int respond(
      @Mixin RunsClient client,
      @Parameters(paramLabel = "RUN", description = RunReader.ID) String run,
      @Parameters(paramLabel = "REQUEST", description = "The request's id.") String request,
      @Option(
              names = "--decision",
              paramLabel = "WORD",
              required = true,
              description = "One of those that the request allows.")
          String decision,
      @Option(
              names = "--notes",
              paramLabel = "TEXT",
              description = "For those who read the record.")
          String notes,
      @Option(names = "--reviewer", paramLabel = "NAME", description = REVIEWER) String reviewer)
      throws InterruptedException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("decision", decision);
    put(body, "comment", notes);
    put(body, "by", reviewer);
    return record(client, run, RunReader.Action.RESPONSE, request, body);
  }

  @Command(
      name = "ack",
      description = "Acknowledges a notice, which wants no answer.",
      sortOptions = false,
      footerHeading = "%nExample:%n",
      footer = "  mn blueprint human ack RUN_ID NOTICE_ID --reviewer ada")
  int ack(
      @Mixin RunsClient client,
      @Parameters(paramLabel = "RUN", description = RunReader.ID) String run,
      @Parameters(paramLabel = "NOTICE", description = "The notice's id.") String notice,
      @Option(names = "--reviewer", paramLabel = "NAME", description = REVIEWER) String reviewer)
      throws InterruptedException {
    Map<String, Object> body = new LinkedHashMap<>();
    put(body, "by", reviewer);
    return record(client, run, RunReader.Action.ACK, notice, body);
  }

  private static void put(Map<String, Object> body, String member, String value) {
    if (value != null) {
      body.put(member, value);
    }
  }

  private static int record(
      RunsClient client, String run, RunReader.Action effect, String id, Map<String, Object> body)
      throws InterruptedException {
    return RunReader.call(
        client,
        runs -> {
          try {
            return HumanCommand.tell(client, runs.record(run, effect, id, body));
          } catch (MnException e) {
            throw HumanCommand.plain(e);
          }
        });
  }
}

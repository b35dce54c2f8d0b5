package io.mirrorneuron.cli.human;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.NamedValues;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.RunAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn human respond}. */
@Command(
    name = "respond",
    aliases = "answer",
    description = {
      "Answers a request.",
      "Without a decision it shows at a terminal what is asked, and asks for the answer.",
      "Where several people must approve, the values of the first count for who gives none."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn human respond RUN_ID REQUEST_ID                       shows and asks",
      "  mn human respond RUN_ID REQUEST_ID --decision approve --by ada --comment 'Looks right'",
      "  mn human respond RUN_ID REQUEST_ID --decision approve --data amount=120 --data note=@n.txt"
    })
final class HumanRespondCommand implements Callable<Integer> {
  @Mixin ApiClient client;

  @Parameters(index = "0", paramLabel = "RUN_ID", description = RunAddress.ID)
  String run;

  @Parameters(index = "1", paramLabel = "REQUEST_ID", description = HumanCommand.REQUEST)
  String request;

  @Option(
      names = "--decision",
      paramLabel = "WORD",
      description = "One of those that the request allows.")
  String decision;

  @Option(
      names = "--data",
      paramLabel = "NAME=VALUE",
      description = {
        "A field of the form, as JSON if it is some, else as text; @FILE: what is in the file. May be"
            + " given several times."
      })
  List<String> data = new ArrayList<>();

  @Option(
      names = "--body",
      paramLabel = "JSON",
      description = "The whole answer as one object; @FILE: what is in the file.")
  String body;

  @Option(
      names = {"--comment", "--notes"},
      paramLabel = "TEXT",
      description = "For those who read the record.")
  String comment;

  @Option(
      names = {"--by", "--reviewer"},
      paramLabel = "NAME",
      description = HumanCommand.BY)
  String by;

  @Override
  public Integer call() throws InterruptedException {
    Map<String, Object> answer = new LinkedHashMap<>();
    NamedValues values = new NamedValues(client);
    if (body != null) {
      values.object("--body", body).forEach(answer::put);
    }
    values.of("--data", data).forEach(answer::put);
    put(answer, "decision", decision);
    put(answer, "comment", comment);
    put(answer, "by", by);
    boolean asks =
        decision == null && body == null && client.screen().interactive() && !client.json();
    if (!asks && !answer.containsKey("decision") && answer.isEmpty()) {
      throw client.misuse("--decision is needed where nobody can be asked for it");
    }
    return client.call(
        rest -> {
          String path = RunAddress.path(rest, run);
          HumanAsk asked = Questions.find(rest, path, request).as(HumanAsk.class);
          String there = path + "/human/" + RestClient.part(request) + "/response";
          RestAnswer recorded =
              asks
                  ? new Conversation(client, client.screen().input()::readLine)
                      .about(rest, there, asked, answer)
                  : HumanCommand.send(rest, there, answer);
          if (recorded == null) {
            client.output().line("Not answered");
            return ExitCode.FAILED;
          }
          recorded.as(Recorded.class).mustBeNew(asked);
          return HumanCommand.tell(client, recorded);
        });
  }

  private static void put(Map<String, Object> answer, String name, String value) {
    if (value != null) {
      answer.put(name, value);
    }
  }
}

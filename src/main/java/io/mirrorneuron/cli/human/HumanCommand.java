package io.mirrorneuron.cli.human;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ClientOptions;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.RunAddress;
import io.mirrorneuron.cli.Screen;
import io.mirrorneuron.model.MnException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn human}: the group, and its commands that are one call. */
@Command(
    name = "human",
    description = "Shows what workflows ask people, and answers.",
    subcommands = {HumanListCommand.class, HumanShowCommand.class, HumanRespondCommand.class},
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn human list",
      "  mn human respond RUN_ID REQUEST_ID",
      "  mn human respond RUN_ID REQUEST_ID --decision approve --by ada"
    })
public final class HumanCommand extends CommandGroup {
  static final String REQUEST = "The request's id, as mn human list has it.";
  static final String BY = "Who acts, where no token says it; default the system's user.";

  /** How the API says that the token is somebody else's. */
  private static final String NOT_YOU = "not_you";

  @Command(
      name = "claim",
      description = "Keeps a request to oneself for a while: nobody else can answer it then.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn human claim RUN_ID REQUEST_ID --by ada",
        "  mn human claim RUN_ID REQUEST_ID --by ada --lease 3600"
      })
  int claim(
      @Mixin ApiClient client,
      @Parameters(paramLabel = "RUN_ID", description = RunAddress.ID) String run,
      @Parameters(paramLabel = "REQUEST_ID", description = REQUEST) String request,
      @Option(names = "--by", paramLabel = "NAME", description = BY) String by,
      @Option(
              names = "--lease",
              paramLabel = "SECONDS",
              description = "For so long, from 10 to 86400; default 300.")
          Integer lease)
      throws InterruptedException {
    Map<String, Object> body = person(by);
    if (lease != null) {
      body.put("lease_seconds", lease);
    }
    return tell(client, run, request + "/claim", body);
  }

  @Command(
      name = "release",
      description = "Gives a claimed request back.",
      footerHeading = "%nExample:%n",
      footer = "  mn human release RUN_ID REQUEST_ID --by ada")
  int release(
      @Mixin ApiClient client,
      @Parameters(paramLabel = "RUN_ID", description = RunAddress.ID) String run,
      @Parameters(paramLabel = "REQUEST_ID", description = REQUEST) String request,
      @Option(names = "--by", paramLabel = "NAME", description = BY) String by)
      throws InterruptedException {
    return tell(client, run, request + "/release", person(by));
  }

  @Command(
      name = "ack",
      description = "Acknowledges a notice, which wants no answer.",
      footerHeading = "%nExample:%n",
      footer = "  mn human ack RUN_ID NOTICE_ID --by ada")
  int ack(
      @Mixin ApiClient client,
      @Parameters(paramLabel = "RUN_ID", description = RunAddress.ID) String run,
      @Parameters(paramLabel = "NOTICE_ID", description = "The notice's id.") String notice,
      @Option(
              names = {"--by", "--reviewer"},
              paramLabel = "NAME",
              description = BY)
          String by)
      throws InterruptedException {
    return tell(client, run, notice + "/ack", person(by));
  }

  private static Map<String, Object> person(String by) {
    Map<String, Object> body = new LinkedHashMap<>();
    if (by != null) {
      body.put("by", by);
    }
    return body;
  }

  /**
   * @param deed the request and what is done to it
   */
  private static int tell(ApiClient client, String run, String deed, Map<String, Object> body)
      throws InterruptedException {
    return client.call(
        rest -> {
          String path = RunAddress.path(rest, run) + "/human/" + RestClient.parts(deed);
          return tell(client, send(rest, path, body));
        });
  }

  /**
   * What was recorded.
   *
   * @throws MnException in the words of the command line
   */
  static RestAnswer send(RestClient rest, String path, Map<String, Object> body)
      throws InterruptedException {
    try {
      return sign(rest, path, body);
    } catch (MnException e) {
      throw plain(e);
    }
  }

  /**
   * Sends it in the name that it has, else that of the system's user, unless the token is that of
   * somebody.
   *
   * @throws MnException as the API words it
   */
  static RestAnswer sign(RestClient rest, String path, Map<String, Object> body)
      throws InterruptedException {
    boolean isSigned = body.containsKey("by") || body.containsKey("user");
    Optional<String> user = isSigned ? Optional.empty() : Screen.user();
    if (user.isEmpty()) {
      return rest.post(path, body);
    }
    Map<String, Object> signed = new LinkedHashMap<>(body);
    signed.put("by", user.get());
    try {
      return rest.post(path, signed);
    } catch (MnException e) {
      if (e.error().equals(NOT_YOU)) {
        return rest.post(path, body); // the token says who it is
      }
      throw e;
    }
  }

  /** Why something was not recorded, in the words of the command line. */
  public static MnException plain(MnException refusal) {
    return new RefusedAnswer(refusal).plain();
  }

  /** Says what was recorded. Returns the exit code. */
  public static int tell(ClientOptions client, RestAnswer recorded) {
    client.print(recorded, Recorded.class, record -> print(client.output(), record));
    return ExitCode.OK;
  }

  private static void print(Output output, Recorded record) {
    output.line(Output.printable(record.sentence()));
    if (record.warning() != null) {
      output.line("warning: " + Output.printable(record.warning()));
    }
  }
}

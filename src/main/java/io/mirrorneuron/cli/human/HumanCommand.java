package io.mirrorneuron.cli.human;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ClientOptions;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.NamedValues;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.RunAddress;
import io.mirrorneuron.cli.Screen;
import io.mirrorneuron.model.MnException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn human}: the group, and its commands that are one call. */
@Command(
    name = "human",
    description = "Shows what workflows ask people, and answers.",
    subcommands = {
      HumanCommand.HumanListCommand.class,
      HumanCommand.HumanShowCommand.class,
      HumanCommand.HumanRespondCommand.class
    },
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
   * @param effect the request and what is done to it
   */
  private static int tell(ApiClient client, String run, String effect, Map<String, Object> body)
      throws InterruptedException {
    return client.call(
        rest -> {
          String path = RunAddress.path(rest, run) + "/human/" + RestClient.parts(effect);
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

  /** {@code mn human show}. */
  @Command(
      name = "show",
      description = "Shows one request: what is asked, which decisions and which form it takes.",
      sortOptions = false,
      footerHeading = "%nExample:%n",
      footer = "  mn human show RUN_ID REQUEST_ID")
  static final class HumanShowCommand implements Callable<Integer> {
    @Mixin ApiClient client;

    @Parameters(index = "0", paramLabel = "RUN_ID", description = RunAddress.ID)
    String run;

    @Parameters(index = "1", paramLabel = "REQUEST_ID", description = HumanCommand.REQUEST)
    String request;

    @Override
    public Integer call() throws InterruptedException {
      return client.call(
          rest -> {
            client.print(
                Questions.find(rest, RunAddress.path(rest, run), request),
                HumanAsk.class,
                this::print);
            return ExitCode.OK;
          });
    }

    private void print(HumanAsk asked) {
      Questions.print(client.output(), asked);
      if (asked.isOpen()) {
        client.output().line("\nAnswer with mn human respond " + run + " " + request);
      }
    }
  }

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
  static final class HumanRespondCommand implements Callable<Integer> {
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

  /** {@code mn human list}. */
  @Command(
      name = "list",
      description = {
        "Lists what people are waited for, what is due first at the top.",
        "With --json the requests are in data, each with its run_id, of one run as of all."
      },
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn human list                            of all runs that are not over",
        "  mn human list RUN_ID                     of one run",
        "  mn human list RUN_ID --all               also what was answered or is over",
        "  mn human list --json | jq -r '.data[].request_id'"
      })
  static final class HumanListCommand implements Callable<Integer> {
    @Mixin ApiClient client;

    @Parameters(arity = "0..1", paramLabel = "RUN_ID", description = RunAddress.ID)
    String run;

    @Option(
        names = "--status",
        paramLabel = "STATUS",
        defaultValue = "pending",
        description =
            "pending, which is all that is open, claimed or overdue; of one run also answered,"
                + " timed_out or run_over; default ${DEFAULT-VALUE}.")
    String status;

    @Option(names = "--all", description = "Of one run: all requests, however they stand.")
    boolean all;

    @Option(
        names = "--by",
        paramLabel = "NAME",
        description = "Of all runs: only what this person has claimed.")
    String by;

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "50",
        description = "Of all runs: so many at most, up to 500; default ${DEFAULT-VALUE}.")
    int limit;

    /** As the API lists the requests of all runs. */
    private record Inbox(List<HumanAsk> data, String next) {}

    /** Of one run in the form of the list of all runs. */
    private record Page(List<Map<String, Object>> data, String next) {}

    @Override
    public Integer call() throws InterruptedException {
      client.jsonInPipes();
      if (all && run == null) {
        throw client.misuse("--all is of one run: mn human list RUN_ID --all");
      }
      client.requireCount("--limit", limit, 500);
      return client.call(
          rest -> {
            client.print(run == null ? ofAll(rest) : ofOne(rest), Inbox.class, this::print);
            return ExitCode.OK;
          });
    }

    private RestAnswer ofAll(RestClient rest) throws InterruptedException {
      String whose = by == null ? "" : "&by=" + RestClient.part(by);
      return rest.get(
          "/human?sort=due&limit=" + limit + "&status=" + RestClient.part(status) + whose);
    }

    private RestAnswer ofOne(RestClient rest) throws InterruptedException {
      String which = all ? "" : "?status=" + RestClient.part(status);
      String runId = RunAddress.runId(rest, run);
      List<Map<String, Object>> requests =
          rest.get("/runs/" + RestClient.part(runId) + "/human" + which)
              .elements("requests")
              .map(one -> inRun(runId, one))
              .toList();
      return RestAnswer.like(new Page(requests, null));
    }

    private static Map<String, Object> inRun(String runId, RestAnswer request) {
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("run_id", runId);
      request.json().properties().forEach(one -> members.put(one.getKey(), one.getValue()));
      return members;
    }

    private void print(Inbox inbox) {
      if (inbox.data().isEmpty()) {
        client.output().line("Nobody is asked anything");
        return;
      }
      new HumanTable(client.output(), client.screen().columns()).print(inbox.data());
      if (inbox.next() != null) {
        client.output().line("and more; --limit shows them");
      }
    }

    /**
     * Requests in a table whose last column is what is asked, for which one looks: where there is
     * no room for it beside the others, these move into it, and at last below each other.
     */
    static final class HumanTable {
      private static final int LEAST_PROMPT = 24;
      private static final int GAP = 2;

      private record Column(String name, Function<HumanAsk, String> text, boolean isShown) {
        int width(List<HumanAsk> requests) {
          int widest = requests.stream().map(text).mapToInt(String::length).max().orElse(0);
          return isShown ? GAP + Math.max(widest, name.length()) : 0;
        }
      }

      private final Output output;
      private final int columns;

      /**
       * @param columns of the screen
       */
      HumanTable(Output output, int columns) {
        this.output = output;
        this.columns = columns;
      }

      /**
       * @param requests one or more
       */
      void print(List<HumanAsk> requests) {
        boolean due = requests.stream().anyMatch(one -> one.dueAt() != null);
        boolean status = requests.stream().anyMatch(one -> !"pending".equals(one.status()));
        List<Column> all = columns(status, due, HumanTable::prompt);
        List<Column> few = columns(false, false, this::sentence);
        if (fits(all, requests)) {
          print(all, requests);
        } else if (fits(few, requests)) {
          print(few, requests);
        } else {
          for (HumanAsk one : requests) {
            output.line(Output.printable(one.runId() + "  " + id(one)));
            output.line("  " + Output.printable(sentence(one)));
          }
        }
      }

      private List<Column> columns(boolean status, boolean due, Function<HumanAsk, String> prompt) {
        return Stream.of(
                new Column("Run ID", HumanAsk::runId, true),
                new Column("Request ID", HumanTable::id, true),
                new Column("Status", HumanTable::status, status),
                new Column(output.when("Due"), this::due, due),
                new Column("Prompt", prompt, true))
            .filter(Column::isShown)
            .toList();
      }

      private boolean fits(List<Column> shown, List<HumanAsk> requests) {
        List<Column> before = shown.subList(0, shown.size() - 1);
        int prompt = Math.min(LEAST_PROMPT, shown.getLast().width(requests));
        return before.stream().mapToInt(one -> one.width(requests)).sum() + prompt + GAP <= columns;
      }

      private void print(List<Column> shown, List<HumanAsk> requests) {
        output.sentences(
            shown.stream().map(Column::name).toList(),
            requests.stream()
                .map(one -> shown.stream().map(column -> column.text().apply(one)).toList())
                .toList());
      }

      private static String id(HumanAsk one) {
        return Objects.toString(one.requestId(), "");
      }

      private static String status(HumanAsk one) {
        return Objects.toString(one.status(), "");
      }

      private String due(HumanAsk one) {
        return output.time(Objects.toString(one.dueAt(), ""));
      }

      private static String prompt(HumanAsk one) {
        return Objects.toString(one.prompt(), "");
      }

      /** With what has no column of its own. */
      private String sentence(HumanAsk one) {
        String due = one.dueAt() == null ? "" : "due " + due(one);
        String status = "pending".equals(one.status()) ? "" : status(one);
        String about = due.isEmpty() || status.isEmpty() ? status + due : status + ", " + due;
        return about.isEmpty() ? prompt(one) : "%s (%s)".formatted(prompt(one), about);
      }
    }
  }
}

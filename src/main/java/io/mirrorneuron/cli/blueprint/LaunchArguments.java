package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.EitherClient;
import io.mirrorneuron.cli.NamedValues;
import io.mirrorneuron.cli.NamedValues.Written;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.Screen;
import io.mirrorneuron.cli.human.HumanAsk.Field;
import io.mirrorneuron.cli.human.HumanAsk.Form;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Blueprint arguments of launching commands, and their form in the API. */
final class LaunchArguments {
  private static final String LOCAL = "local folders must be passed with --folder";
  static final String SKIP_REVIEW = "MN_BLUEPRINT_SKIP_INIT_CONFIG_REVIEW";

  @Parameters(paramLabel = "BLUEPRINT", arity = "0..1", description = "An id of the catalog.")
  String blueprint;

  @Option(
      names = "--folder",
      paramLabel = "PATH",
      description = "A folder or zip with a bundle, which is sent to the server.")
  Path folder;

  @Option(
      names = "--server-path",
      paramLabel = "PATH",
      description =
          "A folder with a bundle on the machine of the server, which reads it there, and of"
              + " validation.trusted_folders runs its hooks and programs of rules.")
  String serverPath;

  @Option(
      names = {"-i", "--input"},
      paramLabel = "NAME=VALUE",
      description =
          "Answers what the blueprint asks for: VALUE is a text where it asks for one, else JSON if"
              + " it is some; @FILE: what is in the file.")
  List<String> inputs = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "PATH=VALUE",
      description =
          "Sets a value of the configuration, for example --set llm.configs.primary.model=smollm2.")
  List<String> set = new ArrayList<>();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "JSON that is laid over the configuration of the bundle, below --set.")
  Path config;

  @Option(
      names = "--run-id",
      paramLabel = "ID",
      description = "Of the run; made up when it is not given.")
  String runId;

  @Option(
      names = "--force",
      description = "Without services, input rules and requirements that are not hard.")
  boolean force;

  private boolean isFolderMeant;

  /**
   * @throws picocli.CommandLine.ParameterException when not exactly one bundle is named
   */
  void check(EitherClient client) {
    requireOne(client);
    if (blueprint != null && isPlace(blueprint)) {
      throw client.misuse(LOCAL);
    }
  }

  /** Whether that can be no id of the catalog. */
  private static boolean isPlace(String name) {
    return name.contains("/") || BundlePack.isZip(Path.of(name));
  }

  /** The same where the name of a folder or zip will do, as nothing runs. */
  void checkOrFolder(EitherClient client) {
    requireOne(client);
    isFolderMeant = true;
    if (blueprint != null && isPlace(blueprint)) {
      folder = Path.of(blueprint);
      blueprint = null;
    }
  }

  private void requireOne(EitherClient client) {
    long given = Stream.of(blueprint, folder, serverPath).filter(Objects::nonNull).count();
    if (given > 1) {
      throw client.misuse("give an id of the catalog, --folder or --server-path, not several");
    }
    if (given == 0) {
      throw client.misuse(
          "give an id of the catalog (mn blueprint list), --folder PATH or --server-path PATH");
    }
  }

  /** How the bundle is called. */
  String name() {
    return serverPath != null ? serverPath : folder == null ? blueprint : folder.toString();
  }

  /** A folder that is called like a blueprint of the catalog does not stand in its way. */
  private void requireKnown(EitherClient client, RestClient rest) throws InterruptedException {
    if (blueprint == null || !Files.isDirectory(Path.of(blueprint))) {
      return;
    }
    try {
      rest.get("/blueprints/" + RestClient.part(blueprint));
    } catch (MnException e) {
      boolean isNone = e.code() == ErrorCode.NOT_FOUND || e.code() == ErrorCode.MALFORMED;
      if (!isNone) {
        throw e;
      }
      if (!isFolderMeant) {
        throw client.misuse(LOCAL);
      }
      folder = Path.of(blueprint);
      blueprint = null;
    }
  }

  /** The body of a launch, with the bundle where the server has it by then. */
  Map<String, Object> body(EitherClient client, RestClient rest) throws InterruptedException {
    NamedValues values = new NamedValues(client);
    Map<String, Written> written = values.written("--input", inputs);
    Map<String, Object> configured = configured(client, values);
    requireKnown(client, rest);
    Map<String, Object> body = new LinkedHashMap<>();
    if (serverPath != null) {
      body.put("source", "path");
      body.put("path", serverPath);
    } else if (folder == null) {
      body.put("source", "catalog");
      body.put("blueprint_id", blueprint);
    } else {
      body.put("source", "bundle");
      body.put("bundle_path", BundlePack.sent(folder, client, rest));
    }
    body.put("config_overwrite", configured);
    body.put("inputs", answers(client, rest, body, written));
    body.put("force", force);
    if (runId != null) {
      body.put("run_id", runId);
    }
    return body;
  }

  /** As the form means them. At a terminal a person is asked for what is missing. */
  private static Map<String, Object> answers(
      EitherClient client, RestClient rest, Map<String, Object> body, Map<String, Written> written)
      throws InterruptedException {
    boolean isAsked =
        client.screen().interactive()
            && !client.json()
            && !client.screen().environment().containsKey(SKIP_REVIEW);
    boolean isPlain = written.values().stream().allMatch(one -> one.plain().equals(one.value()));
    Optional<Form> form = isAsked || !isPlain ? form(rest, body) : Optional.empty();
    Map<String, Field> fields = form.map(Form::fields).orElse(Map.of());
    Map<String, Object> given = new LinkedHashMap<>();
    written.forEach(
        (name, one) -> {
          boolean isText = fields.containsKey(name) && fields.get(name).isText();
          given.put(name, isText ? one.plain() : one.value());
        });
    if (isAsked
        && form.isPresent()
        && !new FormPrompt(client.out(), client.screen()).ask(form.get(), given)) {
      throw client.misuse("the blueprint needs an answer to each question");
    }
    return given;
  }

  private static Optional<Form> form(RestClient rest, Map<String, Object> body)
      throws InterruptedException {
    Map<String, Object> question = new LinkedHashMap<>(body);
    question.put("force", true); // nothing but the form is asked for
    return Form.of(rest.post("/blueprints/launch/validate", question).member("form"));
  }

  private static String[] names(EitherClient client, String path) {
    String[] names = path.split("\\.", -1);
    if (List.of(names).contains("")) {
      throw client.misuse("--set must be PATH=VALUE, where PATH is names with dots between them");
    }
    return names;
  }

  private Map<String, Object> configured(EitherClient client, NamedValues values) {
    Map<String, Object> all = new LinkedHashMap<>();
    if (config != null) {
      all.putAll(values.object("--config", "@" + config));
    }
    values.of("--set", set).forEach((path, value) -> put(all, names(client, path), 0, value));
    return all;
  }

  private static void put(Map<String, Object> in, String[] path, int at, Object value) {
    if (at == path.length - 1) {
      in.put(path[at], value);
      return;
    }
    Map<String, Object> below = new LinkedHashMap<>();
    if (Json.MAPPER.convertValue(in.get(path[at]), Object.class) instanceof Map<?, ?> present) {
      present.forEach((name, one) -> below.put(name.toString(), one));
    }
    put(below, path, at + 1, value);
    in.put(path[at], below);
  }

  /**
   * Asks a person at a terminal what a blueprint asks for, line by line. Each answer is checked
   * when it is given; those that are secret are not shown.
   */
  private static final class FormPrompt {
    private final PrintWriter out;
    private final Screen screen;
    private final BufferedReader in;

    FormPrompt(PrintWriter out, Screen screen) {
      this.out = out;
      this.screen = screen;
      this.in = screen.input();
    }

    /**
     * Adds an answer to all that is required and has none, and to what the review of a blueprint
     * wants to be looked at, unless nothing is said to it: then what is there stays.
     *
     * @param answers by name
     * @return false when the input ends before
     */
    boolean ask(Form form, Map<String, Object> answers) {
      for (Map.Entry<String, Field> entry : form.fields().entrySet()) {
        String name = entry.getKey();
        Field field = entry.getValue();
        boolean isAsked = form.requires(name) || field.review() != null;
        if (isAsked && !answers.containsKey(name) && !ask(form, name, field, answers)) {
          return false;
        }
      }
      return true;
    }

    private boolean ask(Form form, String name, Field field, Map<String, Object> answers) {
      boolean isBlank = field.preset() != null && field.standard().isBlank();
      boolean isNeeded = form.requires(name) || "required".equals(field.review()) && isBlank;
      String hint = hint(field, isNeeded);
      while (true) {
        out.print(Output.printable(hint.isEmpty() ? name : name + " (" + hint + ")") + ": ");
        out.flush();
        String said = line(field.writeOnly());
        if (said == null) {
          return false;
        }
        if (said.isEmpty() && !isNeeded) {
          return true;
        }
        var value = field.value(said);
        List<String> faults = said.isEmpty() ? List.of("is needed") : form.faults(name, value);
        if (faults.isEmpty()) {
          answers.put(name, value);
          return true;
        }
        out.println(Output.printable(name + " " + String.join(" and ", faults)) + ".");
      }
    }

    private static String hint(Field field, boolean isNeeded) {
      if (!field.writeOnly()) {
        return field.hint();
      }
      return joined(
          field.hint(), isNeeded ? "not shown" : "not shown; nothing keeps what is there");
    }

    private static String joined(String hint, String more) {
      return hint.isEmpty() ? more : hint + "; " + more;
    }

    /** Null when the input has ended. */
    private String line(boolean isSecret) {
      try {
        String line = isSecret ? screen.secret(in) : in.readLine();
        return line == null ? null : line.strip();
      } catch (IOException e) {
        return null;
      }
    }
  }
}

import com.sun.net.httpserver.HttpServer;
import io.mirrorneuron.api.BadArgumentException;
import io.mirrorneuron.api.MirrorNeuron;
import io.mirrorneuron.api.NotVerifiedException;
import io.mirrorneuron.api.ProblemException;
import io.mirrorneuron.api.WebhookEvents;
import io.mirrorneuron.api.model.AppliedSchedule;
import io.mirrorneuron.api.model.BundleOfSchedule;
import io.mirrorneuron.api.model.DispatchReport;
import io.mirrorneuron.api.model.ForkedJob;
import io.mirrorneuron.api.model.LogRecord;
import io.mirrorneuron.api.model.NewWebhook;
import io.mirrorneuron.api.model.TriggerEvent;
import io.mirrorneuron.api.model.Webhook;
import io.mirrorneuron.api.operations.ObservabilityApi;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.UnaryOperator;

/** What one does every day: forks, logs, schedules and webhooks, with the jar against a packaged server. */
final class Daily {
  private static final String REPORT =
      "name: report\nsteps:\n  - id: fetch\n    run: [sh, -c, \"echo fetched; echo careful >&2\"]\n"
          + "  - id: report\n    run: [sh, report.sh]\n";
  private static final String CITIES =
      "name: cities\ninputs: {city: Rome}\nsteps:\n  - id: show\n    run: [sh, -c, 'cat $MN_INPUT_FILE']\n";
  private final MirrorNeuron mn = MirrorNeuron.find();
  private final Path bundle;

  private Daily() throws Exception {
    bundle = Files.createTempDirectory("daily");
    Files.createDirectory(bundle.resolve("payloads"));
  }

  public static void main(String[] arguments) throws Exception {
    Daily daily = new Daily();
    daily.aForkGoesOnWithMendedFiles();
    daily.logsAreReadPageByPage();
    daily.aScheduleIsAppliedAndRun();
    daily.aTargetKnowsWhoTellsIt();
    System.out.println("java: the days are well");
  }

  private void write(String manifest, String program) throws Exception {
    Files.writeString(bundle.resolve("manifest.yaml"), manifest);
    Files.writeString(bundle.resolve("payloads/report.sh"), program + "\n");
  }

  private List<String> messages(String job) {
    return mn.logs("run-" + job).stream().map(LogRecord::message).toList();
  }

  private void aForkGoesOnWithMendedFiles() throws Exception {
    write(REPORT, "exit 3");
    String job = mn.submitBundle(bundle, Map.of()).jobId();
    Checks.equal(mn.wait(job).status(), "failed");
    var warned = new ObservabilityApi.ListRunLogsOptions().level("warning").step("fetch");
    Checks.equal(mn.logs("run-" + job, warned).stream().map(LogRecord::message).toList(), List.of("careful"));
    write(REPORT, "echo mended");
    ForkedJob fork = mn.fork(job, "report", bundle);
    Checks.equal(mn.wait(fork.jobId()).status(), "completed");
    Checks.equal(messages(fork.jobId()), List.of("mended"));
    String again = mn.fork(job, null, null).jobId();
    Checks.equal(mn.wait(again).status(), "failed");
    Checks.check(messages(again).contains("fetched"), "all of it is done again");
    Checks.thrown(ProblemException.NotFound.class, () -> mn.fork(job, "nowhere", null));
  }

  private void logsAreReadPageByPage() {
    String job = mn.submit(Checks.steps("many", 1, "seq 1 2500")).jobId();
    mn.wait(job);
    List<String> found = messages(job);
    Checks.equal(found.size(), 2500);
    Checks.equal(found.get(2499), "2500");
  }

  private void aScheduleIsAppliedAndRun() throws Exception {
    write(CITIES, "true");
    String name = "cities-" + UUID.randomUUID();
    AppliedSchedule made = mn.applySchedule(name, bundle, "0 7 * * 1", "Europe/Berlin");
    Checks.equal(made.outcome(), "created");
    Checks.check(made.next().get(0).get("local").toString().endsWith("T07:00"), made.next().toString());
    Checks.equal(mn.applySchedule(name, bundle, "0 7 * * 1", "Europe/Berlin").outcome(), "unchanged");
    String path = mn.upload(bundle);
    var bergen = BundleOfSchedule.builder().bundlePath(path).inputs(Map.of("city", "Bergen")).build();
    Checks.equal(mn.applySchedule(name, bergen).outcome(), "replaced");
    String schedule = made.schedule().scheduleId();
    Checks.check(mn.schedules().stream().anyMatch(one -> one.scheduleId().equals(schedule)), "it is listed");
    DispatchReport report = mn.runSchedule(schedule);
    Checks.equal(mn.wait(report.jobId()).status(), "completed");
    Checks.check(Checks.all(mn.logs("run-" + report.jobId())).toString().contains("Bergen"), "its input is told");
  }

  private record Told(Map<String, String> headers, byte[] body) {}

  private void aTargetKnowsWhoTellsIt() throws Exception {
    BlockingQueue<Told> came = new ArrayBlockingQueue<>(100);
    HttpServer target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    target.createContext("/told", exchange -> {
      Map<String, String> headers = new HashMap<>();
      exchange.getRequestHeaders().forEach((name, values) -> headers.put(name.toLowerCase(), values.get(0)));
      came.add(new Told(headers, exchange.getRequestBody().readAllBytes()));
      exchange.sendResponseHeaders(204, -1);
      exchange.close();
    });
    target.start();
    try {
      String url = "http://127.0.0.1:" + target.getAddress().getPort() + "/told";
      Webhook hook =
          mn.createWebhook(
              NewWebhook.builder().name("java").direction("outbound").url(url).events(List.of("job_completed")).build());
      Checks.check(mn.webhooks().stream().anyMatch(one -> one.webhookId().equals(hook.webhookId())), "it is listed");
      while (came.isEmpty()) {
        mn.wait(mn.submit(Checks.steps("hello", 1, "echo hello")).jobId());
      }
      checkVerified(hook.secret(), came.take());
    } finally {
      target.stop(0);
    }
  }

  private static void checkVerified(String secret, Told told) {
    UnaryOperator<String> headers = told.headers()::get;
    TriggerEvent event = WebhookEvents.verified(secret, headers, told.body());
    Checks.equal(event.eventType(), "job_completed");
    byte[] other = new String(told.body(), StandardCharsets.UTF_8).replace("completed", "cancelled").getBytes(StandardCharsets.UTF_8);
    UnaryOperator<String> another = name -> name.equals("webhook-id") ? "another" : headers.apply(name);
    String time = String.valueOf(Long.parseLong(headers.apply("webhook-timestamp")) - 400);
    UnaryOperator<String> old = name -> name.equals("webhook-timestamp") ? time : headers.apply(name);
    Checks.thrown(NotVerifiedException.class, () -> WebhookEvents.verified(secret, headers, other));
    Checks.thrown(NotVerifiedException.class, () -> WebhookEvents.verified("another secret", headers, told.body()));
    Checks.thrown(NotVerifiedException.class, () -> WebhookEvents.verified(secret, another, told.body()));
    Checks.thrown(NotVerifiedException.class, () -> WebhookEvents.verified(secret, old, told.body()));
    Checks.thrown(NotVerifiedException.class, () -> WebhookEvents.verified(secret, name -> null, told.body()));
    for (String none : List.of("", "whsec_", "whsec_!")) {
      Checks.thrown(BadArgumentException.class, () -> WebhookEvents.verified(none, headers, told.body()));
    }
  }
}

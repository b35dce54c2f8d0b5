import io.mirrorneuron.api.MirrorNeuron;
import io.mirrorneuron.api.ProblemException;
import io.mirrorneuron.api.model.Event;
import io.mirrorneuron.api.model.ForkRequest;
import io.mirrorneuron.api.model.HumanAnswer;
import io.mirrorneuron.api.model.HumanRecord;
import io.mirrorneuron.api.model.RunStreamRecord;
import io.mirrorneuron.api.model.SubmitRequest;
import io.mirrorneuron.api.operations.GatewayApi;
import io.mirrorneuron.api.operations.JobsApi;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The jar, on a class path with Jackson, against a packaged server: MN is that program, MN_HOME the home of its server. */
final class Story {
  private static final Duration LONG = Duration.ofSeconds(120);
  private final MirrorNeuron mn = MirrorNeuron.find();

  public static void main(String[] arguments) throws Exception {
    Story story = new Story();
    story.aPersonAnswersAndTheRunIsTakenAway(Path.of(arguments[0]));
    story.oneKeyIsOneJob();
    story.failuresAreErrorsWithWords();
    story.callsOfTheContract();
    story.aStreamThatIsCutEqualsTheLog();
    System.out.println("java: all is well");
  }

  private void aPersonAnswersAndTheRunIsTakenAway(Path bundle) throws Exception {
    check(mn.validate(bundle).ok(), "the bundle is valid");
    String job = mn.submitBundle(bundle, Map.of("amount", 7)).jobId();
    String run = "run-" + job;
    int asked = 0;
    for (HumanRecord record : mn.followHuman(run)) {
      if (record.type().equals("human_input_requested")) {
        asked++;
        String request = (String) record.payload().get("request_id");
        HumanAnswer.Builder answer = HumanAnswer.builder().by("anna").other("note", "as agreed");
        equal(problem(() -> mn.answer(run, request, answer.decision("maybe").build())).status(), 422);
        mn.answer(run, request, answer.decision("approve").build());
      }
    }
    equal(asked, 1);
    equal(mn.await(job, LONG).status(), "completed");
    String result = mn.result(run).toString();
    check(result.contains("anna") && result.contains("7"), result);
    Path zip = Files.createTempDirectory("story").resolve("run.zip");
    mn.export(run, zip, "zip");
    Process verify = new ProcessBuilder(System.getenv("MN"), "run", "verify", zip.toString()).inheritIO().start();
    equal(verify.waitFor(), 0);
    equal(zip.getParent().toFile().list().length, 1);
    equal(last(mn.followProgress(job)).status(), "completed");
  }

  private void oneKeyIsOneJob() {
    String key = "java-" + ProcessHandle.current().pid();
    SubmitRequest hello = steps("hello", 1);
    equal(mn.submit(hello, key).jobId(), mn.submit(hello, key).jobId());
    equal(problem(() -> mn.submit(steps("other", 2), key)).status(), 409);
  }

  private void failuresAreErrorsWithWords() throws Exception {
    ProblemException missing = problem(() -> new JobsApi(mn.connection()).getJob("no/such job", null, null, null));
    equal(missing.status() + " " + missing.error(), "404 job_not_found");
    Map<String, Object> wrong = Map.of("name", "x", "steps", List.of(Map.of("id", "a", "run", List.of("true"), "needs", List.of("b"))));
    ProblemException refused = problem(() -> mn.submit(SubmitRequest.builder().manifest(wrong).build()));
    equal(refused.validation().orElseThrow().ok(), false);
    equal(problem(() -> mn.followJob("nobody", null).next()).status(), 404);
  }

  private void callsOfTheContract() throws Exception {
    equal(new GatewayApi(mn.connection()).getHealth().status(), "ok");
    String job = mn.submit(steps("hello", 1)).jobId();
    equal(mn.await(job, LONG).status(), "completed");
    JobsApi jobs = new JobsApi(mn.connection());
    check(jobs.listJobs(200L, null).data().stream().anyMatch(row -> row.jobId().equals(job)), "it is listed");
    String fork = jobs.forkJob(job, ForkRequest.builder().at("s0").build(), null).jobId();
    equal(mn.await(fork, LONG).status(), "completed");
  }

  private void aStreamThatIsCutEqualsTheLog() throws Exception {
    String job = mn.submit(steps("many", 40)).jobId();
    mn.await(job, LONG);
    List<Event> events = all(mn.followJob(job, null));
    List<RunStreamRecord> records = all(mn.followRun("run-" + job, "events,logs,human,resources", null));
    check(events.size() > 100 && records.size() > 200, "there is much to read");
    Matcher port = Pattern.compile("\"api\":\\{[^}]*\"port\":(\\d+)").matcher(Files.readString(Path.of(System.getenv("MN_HOME"), "runtime-endpoints.json")));
    check(port.find(), "the server is announced");
    AtomicInteger left = new AtomicInteger(20);
    try (ServerSocket proxy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread cutter = new Thread(() -> cut(proxy, Integer.parseInt(port.group(1)), left));
      cutter.setDaemon(true);
      cutter.start();
      MirrorNeuron cut = new MirrorNeuron("http://127.0.0.1:" + proxy.getLocalPort(), null);
      equal(all(cut.followJob(job, null)), events);
      equal(all(cut.followRun("run-" + job, "events,logs,human,resources", null)), records);
    }
    check(left.get() <= 0, "it was cut " + (20 - left.get()) + " times");
  }

  /** Between a client and a server; cuts answers behind a random number of bytes. */
  private static void cut(ServerSocket proxy, int port, AtomicInteger left) {
    Random chance = new Random(18);
    while (true) {
      try (Socket client = proxy.accept(); Socket server = new Socket("127.0.0.1", port)) {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
          head.append((char) client.getInputStream().read());
        }
        String request = head.toString().replaceAll("(?i)(connection|upgrade|http2-settings): .*\r\n", "");
        server.getOutputStream().write(request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        InputStream answer = server.getInputStream();
        OutputStream out = client.getOutputStream();
        if (left.getAndDecrement() > 0) {
          out.write(answer.readNBytes(1 + chance.nextInt(3000)));
        } else {
          answer.transferTo(out);
        }
      } catch (IOException gone) {
        if (proxy.isClosed()) {
          return;
        }
      }
    }
  }

  private static SubmitRequest steps(String name, int count) {
    List<Map<String, Object>> steps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      steps.add(Map.of("id", "s" + i, "run", List.of("sh", "-c", "for i in 1 2 3 4; do echo $i; done")));
    }
    return SubmitRequest.builder().manifest(Map.of("name", name, "steps", steps)).build();
  }

  private static ProblemException problem(Callable<?> call) {
    try {
      throw new AssertionError("no problem, but " + call.call());
    } catch (ProblemException problem) {
      return problem;
    } catch (Exception other) {
      throw new AssertionError(other);
    }
  }

  private static <T> List<T> all(Iterable<T> records) {
    List<T> all = new ArrayList<>();
    records.forEach(all::add);
    return all;
  }

  private static <T> T last(Iterable<T> records) {
    List<T> all = all(records);
    return all.get(all.size() - 1);
  }

  private static void equal(Object actual, Object expected) {
    check(actual.equals(expected), actual + " is not " + expected);
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}

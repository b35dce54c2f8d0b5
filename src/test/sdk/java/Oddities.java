import com.sun.net.httpserver.HttpServer;
import io.mirrorneuron.api.BadArgumentException;
import io.mirrorneuron.api.ClientOptions;
import io.mirrorneuron.api.ConnectionLostException;
import io.mirrorneuron.api.FollowOptions;
import io.mirrorneuron.api.InterruptedCallException;
import io.mirrorneuron.api.JobFailedException;
import io.mirrorneuron.api.MirrorNeuron;
import io.mirrorneuron.api.MirrorNeuronException;
import io.mirrorneuron.api.ProblemException;
import io.mirrorneuron.api.RunRecord;
import io.mirrorneuron.api.TimedOutException;
import io.mirrorneuron.api.UnreadableAnswerException;
import io.mirrorneuron.api.Version;
import io.mirrorneuron.api.WaitOptions;
import io.mirrorneuron.api.model.Event;
import io.mirrorneuron.api.model.HumanRequest;
import io.mirrorneuron.api.model.RunRow;
import io.mirrorneuron.api.model.SubmitRequest;
import io.mirrorneuron.api.operations.RunsApi;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A server that answers what no server of ours does today, but one may, or something between us and it. */
final class Oddities {
  /** A status, a value of Retry-After or none, a type or none, and a body; status 0 is no answer at all, -1 one that never comes, -2 a half. */
  private record Told(int status, String retryAfter, String type, String body) {}

  private final Queue<Told> answers = new LinkedList<>();
  private final List<String> keys = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();
  private Map<String, List<String>> headers;
  private final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  private final MirrorNeuron mn = new MirrorNeuron("http://127.0.0.1:" + server.getAddress().getPort(), "secret");

  public static void main(String[] arguments) throws Exception {
    Oddities oddities = new Oddities();
    try {
      oddities.streamsOfOtherForms();
      oddities.jobsOfTheFuture();
      oddities.problemsOfAllForms();
      oddities.whatIsSafeIsSentAgain();
      oddities.requestsAreSentAsTheCallerWants();
      oddities.noAnswerIsOneErrorWithTheAddress();
      oddities.whatCannotBeIsSaidAtOnce();
      oddities.whatIsNoAnswerOfTheContractIsSaidToBeNone();
      oddities.waitingHasAnEnd();
      oddities.aJobThatFailedIsAnErrorForWhoWantsIt();
      oddities.listsAreGoneThroughPageByPage();
      oddities.twoThatWriteOneFileDoNotMix();
    } finally {
      oddities.server.stop(0);
    }
    System.out.println("java: oddities are well");
  }

  Oddities() throws IOException {
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          headers = exchange.getRequestHeaders();
          asked.add(exchange.getRequestURI().toString());
          keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Idempotency-Key")));
          Told told = answers.remove();
          if (told.status == 0) {
            exchange.close();
            return;
          }
          if (told.status == -1) {
            return;
          }
          if (told.type != null) {
            exchange.getResponseHeaders().add("Content-Type", told.type);
          }
          if (told.retryAfter != null) {
            exchange.getResponseHeaders().add("Retry-After", told.retryAfter);
          }
          byte[] body = told.body.getBytes(StandardCharsets.UTF_8);
          if (told.status == -2) {
            exchange.sendResponseHeaders(200, 2 * body.length);
            exchange.getResponseBody().write(body);
            exchange.getResponseBody().flush();
            exchange.close();
            return;
          }
          exchange.sendResponseHeaders(told.status, body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  private void will(int status, String body) {
    answers.add(new Told(status, null, null, body));
  }

  private void willStream(String body) {
    answers.add(new Told(200, null, "text/event-stream", body));
  }

  private void streamsOfOtherForms() {
    willStream(": hello\nretry: 5\nfuture: x\n\nid: 1\ndata: {\"seq\":1,\ndata: \"type\":\"a\"}\n\nid\r\ndata:{\"type\":null,\"new\":[1]}\r\n\r\ndata: {\"seq\":3");
    willStream("\ufeffid: 3\rdata: {\"seq\":3}\r\revent: end\ndata: {}\r\n\r");
    List<Event> events = Checks.all(mn.followJob("j"));
    Checks.equal(events.stream().map(Event::seq).map(String::valueOf).toList(), List.of("1", "null", "3"));
    Checks.equal(events.get(1).others().get("new"), List.of(1));
    willStream("""
        data: {"payload":null,"type":"t"}

        data: {"payload":{"a":1},"type":"t"}

        data: {"payload":{"a":1,"payload":{"b":2}},"type":"t","seq":7}

        data: {"payload":{"type":"note","payload":"hello"},"type":"note"}

        event: end
        data:

        """);
    List<RunRecord> records = Checks.all(mn.followHuman("r"));
    Checks.equal(records.stream().map(RunRecord::payload).toList(), List.of(Map.of(), Map.of("a", 1), Map.of("b", 2), Map.of("type", "note", "payload", "hello")));
    Checks.equal(records.get(2).type() + records.get(2).record().seq(), "t7");
  }

  private void jobsOfTheFuture() throws Exception {
    will(200, "{\"job\":{}}");
    will(200, "{\"job\":{\"status\":\"dreaming\",\"dream\":{}}}");
    will(200, "{\"job\":{\"status\":\"completed\",\"dream\":{}},\"new\":1}");
    Checks.check(mn.wait("j", Duration.ofSeconds(60)).others().containsKey("dream"), "it is kept");
  }

  private void problemsOfAllForms() {
    for (String body : List.of("", "null", "[]", "\"no\"", "<html>bad gateway</html>", "{}", "{\"error\":null,\"errors\":null,\"validation\":null}", "{\"errors\":[null]}", "{\"errors\":[{}],\"new\":1}", "{\"errors\":{}}")) {
      will(404, body);
      ProblemException.NotFound problem = Checks.thrown(ProblemException.NotFound.class, () -> mn.result("r"));
      Checks.equal(problem.error(), "http_404");
      Checks.check(problem.code().isEmpty() && problem.validation().isEmpty(), body);
    }
    answers.add(new Told(429, "60", null, "{\"error\":\"too_many_requests\"}"));
    ProblemException busy = Checks.thrown(ProblemException.TooBusy.class, () -> mn.result("r"));
    Checks.equal(busy.retryAfter().orElseThrow(), Duration.ofSeconds(60));
  }

  private void whatIsSafeIsSentAgain() {
    keys.clear();
    answers.add(new Told(503, "0", null, "{}"));
    will(0, "");
    answers.add(new Told(429, "0", null, "{}"));
    will(201, "{\"job_id\":\"j\",\"new\":{}}");
    Checks.equal(mn.submit(SubmitRequest.builder().build()).jobId(), "j");
    Checks.equal(keys.size() + " with " + keys.stream().distinct().count(), "4 with 1");
    answers.add(new Told(503, "0", null, "{\"error\":\"unavailable\"}"));
    will(0, "");
    will(200, "{\"type\":\"t\"}");
    Checks.equal(mn.answer("r", "q", "approve").type(), "t"); // an answer counts once
    Checks.equal(keys.size(), 7);
    answers.add(new Told(503, "0", null, "{\"error\":\"unavailable\"}"));
    Checks.thrown(ProblemException.TooBusy.class, () -> mn.cancel("j"));
    Checks.equal(keys.size(), 8);
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void requestsAreSentAsTheCallerWants() {
    ClientOptions options = ClientOptions.USUAL.withTimeout(Duration.ofMillis(300)).withRetries(0).withHeader("X-Tenant", "a");
    MirrorNeuron hasty = new MirrorNeuron(url(), null, options);
    will(200, "{}");
    hasty.result("r");
    Checks.equal(headers.get("X-tenant") + " " + headers.get("User-agent"), "[a] [mirrorneuron-api-java/" + Version.NUMBER + "]");
    answers.add(new Told(429, "0", null, "{}")); // and no more
    Checks.thrown(ProblemException.TooBusy.class, () -> hasty.submit(Map.of()));
    will(-1, "");
    Checks.check(lost(() -> hasty.result("r")).contains(url() + "/api/v1/runs/r/result"), "the address is told");
    Checks.equal(answers.size(), 0);
  }

  private static String lost(Callable<?> call) {
    return Checks.thrown(ConnectionLostException.class, call).getMessage();
  }

  private void noAnswerIsOneErrorWithTheAddress() throws IOException {
    MirrorNeuron away = new MirrorNeuron("http://127.0.0.1:2", null, ClientOptions.USUAL.withRetries(1)); // nobody listens there
    FollowOptions hasty = FollowOptions.USUAL.withPatience(Duration.ofMillis(300));
    Path folder = Files.createTempDirectory("lost");
    List<Callable<?>> calls =
        List.of(
            () -> away.result("r"),
            () -> away.submit(Map.of()),
            () -> away.answer("r", "q", "approve"),
            () -> away.wait("j", WaitOptions.USUAL.withPatience(Duration.ofMillis(300))),
            () -> away.followJob("j", hasty).next(),
            () -> exported(away, folder));
    for (Callable<?> call : calls) {
      Checks.check(lost(call).contains("127.0.0.1:2/api/v1"), "the address is told");
    }
    answers.add(new Told(-2, null, "application/zip", "half"));
    Checks.check(lost(() -> exported(mn, folder)).contains("/runs/r/export"), "the address is told");
    Checks.equal(folder.toFile().list().length, 0);
    Thread.currentThread().interrupt();
    Checks.thrown(InterruptedCallException.class, () -> away.followJob("j").next());
    Checks.check(Thread.interrupted(), "the thread is still interrupted");
  }

  private static boolean exported(MirrorNeuron from, Path folder) {
    from.export("r", folder.resolve("run.zip"));
    return true;
  }

  private void whatCannotBeIsSaidAtOnce() {
    for (String url : List.of("ftp://localhost", "localhost:54001", "http://", "http://localhost:99999", "http://localhost/?a=b", "no sense")) {
      Checks.check(Checks.thrown(BadArgumentException.class, () -> new MirrorNeuron(url, null)).getMessage().contains(url), url);
    }
    Checks.check(!Checks.thrown(BadArgumentException.class, () -> new MirrorNeuron(url(), "se\ncret")).getMessage().contains("cret"), "tokens are not told");
    for (String id : List.of("", ".", "..")) {
      Checks.thrown(BadArgumentException.class, () -> mn.result(id));
    }
    Checks.thrown(BadArgumentException.class, () -> mn.followJob("j", FollowOptions.after("a\nb")).next());
  }

  private void whatIsNoAnswerOfTheContractIsSaidToBeNone() throws IOException {
    will(200, "<html>hello");
    Checks.thrown(UnreadableAnswerException.class, () -> mn.result("r"));
    willStream("data: <html>\n\n");
    Checks.thrown(UnreadableAnswerException.class, () -> mn.followJob("j").next());
    Path folder = Files.createTempDirectory("unreadable");
    answers.add(new Told(200, null, "text/html", "<html>hello"));
    Checks.thrown(UnreadableAnswerException.class, () -> exported(mn, folder));
    answers.add(new Told(302, null, null, ""));
    Checks.thrown(ProblemException.class, () -> exported(mn, folder));
    Checks.equal(folder.toFile().list().length, 0);
    for (int i = 0; i < 20; i++) {
      answers.add(new Told(200, null, "text/html", "<html>hello")); // no stream, however often
    }
    Checks.check(lost(() -> mn.followJob("j", FollowOptions.USUAL.withPatience(Duration.ofMillis(300))).next()).contains("text/html"), "what came is told");
    answers.clear();
    will(400, "{\"error\":\"odd\",\"errors\":5,\"status\":{}}");
    Checks.equal(Checks.problem(() -> mn.result("r")).error(), "odd");
  }

  private void waitingHasAnEnd() {
    long begun = System.nanoTime();
    MirrorNeuron away = new MirrorNeuron("http://127.0.0.1:2", null);
    Checks.thrown(TimedOutException.class, () -> away.wait("j", Duration.ofSeconds(1)));
    will(-1, "");
    Checks.thrown(TimedOutException.class, () -> mn.wait("j", Duration.ofSeconds(1)));
    for (int i = 0; i < 20; i++) {
      will(200, i % 2 == 0 ? "{}" : "{\"job\":null}");
    }
    Checks.thrown(ConnectionLostException.class, () -> mn.wait("j", WaitOptions.USUAL.withPatience(Duration.ofSeconds(1))));
    answers.clear();
    Checks.check(System.nanoTime() - begun < Duration.ofSeconds(20).toNanos(), "not so long");
  }

  private void aJobThatFailedIsAnErrorForWhoWantsIt() {
    String failed = "{\"job\":{\"run_id\":\"r1\",\"status\":\"failed\",\"reason\":\"exit code 3\"}}";
    will(200, failed);
    will(404, "{}");
    JobFailedException failure = Checks.thrown(JobFailedException.class, () -> mn.wait("j", WaitOptions.CHECKED));
    MirrorNeuronException ofTheFamily = failure;
    Checks.check(ofTheFamily.getMessage().contains("exit code 3"), ofTheFamily.getMessage());
    Checks.equal(List.of(failure.jobId(), failure.status(), failure.reason(), failure.stderr(), failure.job().runId()), List.of("j", "failed", "exit code 3", "", "r1"));
    will(200, failed);
    Checks.equal(mn.wait("j").status(), "failed");
  }

  private void listsAreGoneThroughPageByPage() {
    asked.clear();
    will(200, "{\"data\":[{\"run_id\":\"a\"},{\"run_id\":\"b\"}],\"total\":3,\"next\":\"c1\"}");
    will(200, "{\"data\":[{\"run_id\":\"c\"}],\"total\":3}");
    RunsApi.ListRunsOptions which = new RunsApi.ListRunsOptions().status("failed").jobId("j");
    Checks.equal(mn.runs(which).stream().map(RunRow::runId).toList(), List.of("a", "b", "c"));
    will(200, "{\"data\":[{\"request_id\":\"a\"}],\"next\":\"c2\"}");
    will(200, "{\"data\":[],\"next\":null}");
    Checks.equal(mn.questions().stream().map(HumanRequest::requestId).toList(), List.of("a"));
    Checks.equal(asked, List.of("/api/v1/runs?status=failed&job_id=j", "/api/v1/runs?cursor=c1&status=failed&job_id=j", "/api/v1/human", "/api/v1/human?cursor=c2"));
  }

  private void twoThatWriteOneFileDoNotMix() throws Exception {
    Path folder = Files.createTempDirectory("mn-");
    Path file = folder.resolve("run.zip");
    Path notOurs = folder.resolve("run.zip.part");
    Files.writeString(notOurs, "mine");
    answers.add(new Told(200, null, "application/zip", "A".repeat(200_000)));
    answers.add(new Told(200, null, "application/zip", "B".repeat(200_000)));
    ExecutorService writers = Executors.newFixedThreadPool(2);
    Callable<Void> export =
        () -> {
          mn.export("r", file);
          return null;
        };
    for (Future<Void> done : writers.invokeAll(List.of(export, export))) {
      done.get();
    }
    writers.shutdown();
    String whole = Files.readString(file);
    Checks.equal(whole.length(), 200_000);
    Checks.equal(whole.chars().distinct().count(), 1L);
    Checks.equal(Files.readString(notOurs), "mine");
    Files.delete(notOurs);
    Files.delete(file);
    Files.delete(folder); // nothing else is left
  }
}

import io.mirrorneuron.api.ConnectionLostException;
import io.mirrorneuron.api.FollowOptions;
import io.mirrorneuron.api.MirrorNeuron;
import io.mirrorneuron.api.ProblemException;
import io.mirrorneuron.api.model.Event;
import io.mirrorneuron.api.model.ForkRequest;
import io.mirrorneuron.api.model.HumanAnswer;
import io.mirrorneuron.api.model.HumanRecord;
import io.mirrorneuron.api.model.RunPage;
import io.mirrorneuron.api.model.RunRow;
import io.mirrorneuron.api.model.SubmitRequest;
import io.mirrorneuron.api.model.WorkflowProgress;
import io.mirrorneuron.api.operations.GatewayApi;
import io.mirrorneuron.api.operations.JobsApi;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/** The jar, on a class path with Jackson, against a packaged server: MN is that program, MN_HOME the home of its server. */
final class Story {
  private static final Duration LONG = Duration.ofSeconds(120);
  private final MirrorNeuron mn = MirrorNeuron.find();

  public static void main(String[] arguments) throws Exception {
    Story story = new Story();
    story.aPersonAnswersAndTheRunIsTakenAway(Path.of(arguments[0]));
    story.eventsAndProgressEndWithTheJob();
    story.oneKeyIsOneJob();
    story.failuresAreErrorsWithWords();
    story.callsOfTheContract();
    System.out.println("java: the story is well");
  }

  private void aPersonAnswersAndTheRunIsTakenAway(Path bundle) throws Exception {
    Checks.check(mn.validate(bundle).ok(), "the bundle is valid");
    String job = mn.submitBundle(bundle, Map.of("amount", 7)).jobId();
    String run = "run-" + job;
    int asked = 0;
    for (HumanRecord record : mn.followHuman(run)) {
      if (record.type().equals("human_input_requested")) {
        asked++;
        String request = (String) record.payload().get("request_id");
        HumanAnswer.Builder answer = HumanAnswer.builder().by("anna").other("note", "as agreed");
        Checks.equal(Checks.problem(() -> mn.answer(run, request, "approve")).status(), 422);
        Checks.equal(Checks.problem(() -> mn.answer(run, request, answer.decision("maybe").build())).status(), 422);
        mn.answer(run, request, answer.decision("approve").build());
      }
    }
    Checks.equal(asked, 1);
    Checks.equal(mn.wait(job, LONG).status(), "completed");
    String result = mn.result(run).toString();
    Checks.check(result.contains("anna") && result.contains("7"), result);
    Path zip = Files.createTempDirectory("story").resolve("run.zip");
    mn.export(run, zip);
    Process verify = new ProcessBuilder(System.getenv("MN"), "run", "verify", zip.toString()).inheritIO().start();
    Checks.equal(verify.waitFor(), 0);
    Checks.equal(zip.getParent().toFile().list().length, 1);
  }

  private void eventsAndProgressEndWithTheJob() {
    String job = mn.submit(Checks.steps("hello", 1, "echo hello")).jobId();
    List<Event> events = Checks.all(mn.followJob(job));
    Checks.equal(events.get(events.size() - 1).type(), "job_completed");
    for (int i = 0; i < events.size(); i++) {
      Checks.equal(events.get(i).seq(), i + 1L);
    }
    Checks.equal(Checks.all(mn.followJob(job, FollowOptions.after(3))), events.subList(3, events.size()));
    RunPage runs = mn.followRuns("completed", job, FollowOptions.USUAL).next();
    Checks.equal(runs.data().stream().map(RunRow::jobId).toList(), List.of(job));
    List<WorkflowProgress> progress = Checks.all(mn.followProgress(job));
    Checks.equal(progress.get(progress.size() - 1).status(), "completed");
  }

  private void oneKeyIsOneJob() {
    String key = "java-" + ProcessHandle.current().pid();
    SubmitRequest hello = Checks.steps("hello", 1, "echo hello");
    Checks.equal(mn.submit(hello, key).jobId(), mn.submit(hello, key).jobId());
    Checks.equal(Checks.thrown(ProblemException.Conflict.class, () -> mn.submit(Checks.steps("other", 2, "true"), key)).status(), 409);
  }

  private void failuresAreErrorsWithWords() throws Exception {
    ProblemException missing = Checks.thrown(ProblemException.NotFound.class, () -> new JobsApi(mn.connection()).getJob("no/such job", null, null, null));
    Checks.equal(missing.status() + " " + missing.error(), "404 job_not_found");
    Map<String, Object> wrong = Map.of("name", "x", "steps", List.of(Map.of("id", "a", "run", List.of("true"), "needs", List.of("b"))));
    ProblemException refused = Checks.problem(() -> mn.submit(wrong));
    Checks.equal(refused.validation().orElseThrow().ok(), false);
    Checks.check(refused.code().orElseThrow().startsWith("workflow_manifest."), refused.code().toString());
    Checks.equal(Checks.problem(() -> mn.followJob("nobody").next()).status(), 404);
    MirrorNeuron away = new MirrorNeuron("http://127.0.0.1:9", null);
    FollowOptions hasty = FollowOptions.USUAL.withPatience(Duration.ofSeconds(1));
    Checks.thrown(ConnectionLostException.class, () -> away.followJob("j", hasty).next());
    String slow = mn.submit(Checks.steps("slow", 1, "sleep 3")).jobId();
    Checks.thrown(TimeoutException.class, () -> mn.wait(slow, Duration.ofMillis(200)));
  }

  private void callsOfTheContract() throws Exception {
    Checks.equal(new GatewayApi(mn.connection()).getHealth().status(), "ok");
    String job = mn.submit(Checks.steps("hello", 1, "echo hello")).jobId();
    Checks.equal(mn.wait(job, LONG).status(), "completed");
    JobsApi jobs = new JobsApi(mn.connection());
    Checks.check(jobs.listJobs(200L, null).data().stream().anyMatch(row -> row.jobId().equals(job)), "it is listed");
    String fork = jobs.forkJob(job, ForkRequest.builder().at("s0").build(), null).jobId();
    Checks.check(Set.of("completed").contains(mn.wait(fork, LONG).status()), "the fork ends");
  }
}

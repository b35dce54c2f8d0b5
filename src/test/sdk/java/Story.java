import io.mirrorneuron.api.BadArgumentException;
import io.mirrorneuron.api.ConnectionLostException;
import io.mirrorneuron.api.FollowOptions;
import io.mirrorneuron.api.MirrorNeuron;
import io.mirrorneuron.api.JobFailedException;
import io.mirrorneuron.api.ProblemException;
import io.mirrorneuron.api.RunRecord;
import io.mirrorneuron.api.TimedOutException;
import io.mirrorneuron.api.WaitOptions;
import io.mirrorneuron.api.model.Event;
import io.mirrorneuron.api.model.ForkRequest;
import io.mirrorneuron.api.model.HumanAnswer;
import io.mirrorneuron.api.model.ArtifactRef;
import io.mirrorneuron.api.model.HumanRequest;
import io.mirrorneuron.api.model.JobRow;
import io.mirrorneuron.api.model.RunPage;
import io.mirrorneuron.api.model.RunRow;
import io.mirrorneuron.api.model.SubmitRequest;
import io.mirrorneuron.api.model.WorkflowProgress;
import io.mirrorneuron.api.operations.GatewayApi;
import io.mirrorneuron.api.operations.HumanApi;
import io.mirrorneuron.api.operations.JobsApi;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
    story.aFolderIsSentAsTheTerminalSendsIt();
    story.jobsArePausedResumedCancelledAndLookedFor();
    story.aFailureTellsWhatTheProgramSaid();
    story.filesOfARunAreDownloadedWhole();
    System.out.println("java: the story is well");
  }

  private void aPersonAnswersAndTheRunIsTakenAway(Path bundle) throws Exception {
    Checks.check(mn.validate(bundle).ok(), "the bundle is valid");
    String job = mn.submitBundle(bundle, Map.of("amount", 7)).jobId();
    String run = "run-" + job;
    int asked = 0;
    for (RunRecord record : mn.followHuman(run)) {
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
    ProblemException missing = Checks.thrown(ProblemException.NotFound.class, () -> new JobsApi(mn.connection()).getJob("no/such job"));
    Checks.equal(missing.status() + " " + missing.error(), "404 job_not_found");
    Map<String, Object> wrong = Map.of("name", "x", "steps", List.of(Map.of("id", "a", "run", List.of("true"), "needs", List.of("b"))));
    ProblemException refused = Checks.problem(() -> mn.submit(wrong));
    Checks.equal(refused.validation().orElseThrow().ok(), false);
    Checks.check(refused.code().orElseThrow().startsWith("workflow_manifest."), refused.code().toString());
    Checks.equal(Checks.problem(() -> mn.followJob("nobody").next()).status(), 404);
    MirrorNeuron away = new MirrorNeuron("http://127.0.0.1:2", null);
    FollowOptions hasty = FollowOptions.USUAL.withPatience(Duration.ofSeconds(1));
    Checks.thrown(ConnectionLostException.class, () -> away.followJob("j", hasty).next());
    String slow = mn.submit(Checks.steps("slow", 1, "sleep 3")).jobId();
    Checks.thrown(TimedOutException.class, () -> mn.wait(slow, Duration.ofMillis(200)));
  }

  private void callsOfTheContract() throws Exception {
    Checks.equal(new GatewayApi(mn.connection()).getHealth().status(), "ok");
    String job = mn.submit(Checks.steps("hello", 1, "echo hello")).jobId();
    Checks.equal(mn.wait(job, LONG).status(), "completed");
    JobsApi jobs = new JobsApi(mn.connection());
    Checks.check(jobs.listJobs(new JobsApi.ListJobsOptions().limit(200L)).data().stream().anyMatch(row -> row.jobId().equals(job)), "it is listed");
    String fork = jobs.forkJob(job, ForkRequest.builder().at("s0").build()).jobId();
    Checks.check(Set.of("completed").contains(mn.wait(fork, LONG).status()), "the fork ends");
  }

  private void aFolderIsSentAsTheTerminalSendsIt() throws Exception {
    Path folder = Files.createTempDirectory("bundle");
    Checks.check(Checks.thrown(BadArgumentException.class, () -> mn.upload(folder)).getMessage().contains(folder.toString()), "it is named");
    Checks.thrown(BadArgumentException.class, () -> mn.upload(folder.resolve("none")));
    Files.writeString(folder.resolve("manifest.yaml"), "name: person\nsteps:\n  - id: a\n    human: {prompt: ok?}\n");
    Checks.check(mn.validate(folder).ok(), "there are no payloads");
    Files.writeString(folder.resolve("manifest.yaml"), "name: hidden\nsteps:\n  - id: a\n    run: [./list.sh]\n");
    Path deep = Files.createDirectories(folder.resolve("payloads/.deep"));
    Files.writeString(deep.resolve("er"), "x");
    Files.writeString(deep.resolveSibling(".env"), "x");
    Path program = Files.writeString(deep.resolveSibling("list.sh"), "#!/bin/sh\nls -A . .deep\n");
    Checks.check(program.toFile().setExecutable(true), "it is a program");
    Files.createSymbolicLink(deep.resolveSibling("link.sh"), program);
    String job = mn.submitBundle(folder, Map.of()).jobId();
    mn.wait(job, WaitOptions.CHECKED.withTimeout(LONG));
    String listed = String.valueOf(mn.result("run-" + job).get("output"));
    Checks.check(listed.contains(".env") && listed.contains("er") && !listed.contains("link.sh"), listed);
  }

  private void jobsArePausedResumedCancelledAndLookedFor() {
    Map<String, Object> step = Map.of("id", "a", "human", Map.of("prompt", "ok?"));
    String job = mn.submit(Map.of("name", "asks", "steps", List.of(step))).jobId();
    String run = "run-" + job;
    List<HumanRequest> questions;
    do { // it appears soon
      questions = Checks.all(mn.questions(new HumanApi.ListHumanOptions().runId(run)));
    } while (questions.isEmpty());
    Checks.equal(questions.get(0).prompt(), "ok?");
    Checks.equal(mn.pause(job).status(), "paused");
    mn.resume(job);
    JobsApi.ListJobsOptions open = new JobsApi.ListJobsOptions().includeTerminal(false).limit(1000L);
    Checks.check(mn.jobs(open).stream().map(JobRow::jobId).anyMatch(job::equals), "it is open");
    mn.cancel(job, "no more");
    JobFailedException failure = Checks.thrown(JobFailedException.class, () -> mn.wait(job, WaitOptions.CHECKED));
    Checks.check(failure.status().equals("cancelled") && failure.reason().contains("no more"), failure.getMessage());
    Checks.check(mn.jobs(open).stream().map(JobRow::jobId).noneMatch(job::equals), "it is over");
  }

  private void aFailureTellsWhatTheProgramSaid() {
    String job = mn.submit(Checks.steps("fails", 1, "echo no paper >&2; exit 3")).jobId();
    JobFailedException failure = Checks.thrown(JobFailedException.class, () -> mn.wait(job, WaitOptions.CHECKED));
    Checks.equal(failure.stderr(), "no paper");
    Checks.check(failure.reason().contains("exited with code 3"), failure.reason());
  }

  private void filesOfARunAreDownloadedWhole() throws Exception {
    String job = mn.submit(Checks.steps("hello", 1, "echo hello")).jobId();
    mn.wait(job, LONG);
    Path folder = Files.createTempDirectory("files");
    for (ArtifactRef file : mn.artifacts("run-" + job)) {
      mn.download("run-" + job, file.relativePath(), folder.resolve("file"));
      Checks.equal(Files.size(folder.resolve("file")), file.sizeBytes());
    }
    Checks.equal(Checks.problem(() -> downloaded(job, "none.json", folder.resolve("none"))).status(), 404);
    Checks.thrown(BadArgumentException.class, () -> downloaded(job, "events.jsonl", folder.resolve("no/such")));
    Checks.equal(folder.toFile().list().length, 1);
  }

  private boolean downloaded(String job, String path, Path to) {
    mn.download("run-" + job, path, to);
    return true;
  }
}

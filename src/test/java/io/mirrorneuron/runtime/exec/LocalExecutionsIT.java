package io.mirrorneuron.runtime.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.process.PrintedBeacons;
import io.mirrorneuron.runtime.exec.process.Supervision.GracePeriods;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.exec.workspace.Workspaces;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes through the whole runner. */
@Whole
class LocalExecutionsIT {
  private static final GracePeriods SHORT =
      new GracePeriods(Duration.ofMillis(300), Duration.ofMillis(500));

  @TempDir Path folder;
  private LocalExecutions runner;

  @BeforeEach
  void open() {
    runner =
        ExecutionSamples.runner(folder, SHORT, Spawner.best(ExecutionSamples.runtimeId(folder)));
  }

  @AfterEach
  void close() {
    runner.close();
    assertThat(processesOfThisTest()).isEmpty();
    assertThat(workspaces()).doesNotExist();
  }

  @Test
  void aProgramRunsInItsWorkspaceAndAnswers() throws Exception {
    Heard heard =
        start(
            ExecutionSamples.shell(
                "echo warning >&2; pwd; cat \"$MN_INPUT_FILE\"; echo;"
                    + "echo '{\"complete_step\":{\"ok\":1},\"next_state\":5}'"));
    Outcome outcome = heard.outcome();

    assertThat(outcome.ending()).isEqualTo(Ending.SUCCEEDED);
    assertThat(outcome.error()).isNull();
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.stderr()).isEqualTo("warning\n");
    assertThat(outcome.stdout()).startsWith(outcome.sandbox().remoteDir() + "\n{\"n\":7}\n");
    assertThat(outcome.sandbox().name()).startsWith("mn-job-1-worker-");
    assertThat(outcome.structured().completeStep().output().path("ok").asInt()).isEqualTo(1);
    assertThat(outcome.structured().nextState().asInt()).isEqualTo(5);
    assertThat(outcome.lease().pool()).isEqualTo("default");
    assertThat(heard.signals()).first().isInstanceOf(Signal.Leased.class);
  }

  @Test
  void placeholdersAndStringCommandsWork() throws Exception {
    Outcome outcome =
        run(
            ExecutionSamples.execution(
                "{'command':'test -f {input_file} && echo {job_id}/{agent_id} | tr a-z A-Z'}",
                null));

    assertThat(outcome.stdout()).isEqualTo("JOB-1/WORKER\n");
  }

  @Test
  void aFailedProgramKeepsItsEvents() throws Exception {
    Outcome outcome =
        run(
            ExecutionSamples.shell(
                "echo '{\"events\":[{\"type\":\"seen\"}],\"complete_run\":true}'; exit 23"));

    assertThat(outcome.ending()).isEqualTo(Ending.FAILED);
    assertThat(outcome.exitCode()).isEqualTo(23);
    assertThat(outcome.error()).isEqualTo("sh exited with code 23");
    assertThat(outcome.structured().events()).hasSize(1);
    assertThat(outcome.structured().completeRun()).isNull();
  }

  @Test
  void aProgramThatDiesOfASignalSaysSo() throws Exception {
    Outcome outcome = run(ExecutionSamples.shell("kill -SEGV $$"));

    assertThat(outcome.ending()).isEqualTo(Ending.FAILED);
    assertThat(outcome.exitCode()).isEqualTo(128 + 11);
    assertThat(outcome.error()).isEqualTo("sh was ended by signal 11");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                                                | config.command is missing",
        "{'command':['no-such-program']}                   | command not found: no-such-program",
        "{'command':['true'],'pool':'none'}                | unknown executor pool \"none\"",
        "{'command':['true'],'pool_slots':5}               | executor pool \"default\" has 4"
            + " slots, 5 were asked for",
        "{'command':['true'],'workdir':'/etc'}             | workdir must stay inside the"
            + " workspace: /etc",
        "{'command':['true'],'upload_path':'../x'}         | upload source does not exist"
            + " locally: ../x",
        "{'command':['true'],'timeout_seconds':'soon'}     | config.timeout_seconds must be a"
            + " number and not negative",
        "{'command':['true'],'environment':{'A=B':'x'}}    | config.environment holds a name or"
            + " value that no process can have: A=B",
        "{'command':['true'],'runner_module':'MirrorNeuron.Runner.DockerWorker'} |"
            + " runner_unavailable: runner MirrorNeuron.Runner.DockerWorker is not available here;"
            + " set runner_module to MirrorNeuron.Runner.HostLocal",
      })
  void whatCannotStartIsExplained(String config, String error) throws Exception {
    Outcome outcome = run(ExecutionSamples.execution(config, null));

    assertThat(outcome.ending()).isEqualTo(Ending.NOT_STARTED);
    assertThat(outcome.error()).isEqualTo(error);
    assertThat(outcome.exitCode()).isEqualTo(-1);
    assertThatAllSlotsAreFree();
  }

  @Test
  void aScriptWithoutInterpreterLineRunsInTheShell() throws Exception {
    Path payloads = Files.createDirectories(folder.resolve("payloads"));
    Path script = Files.writeString(payloads.resolve("run"), "echo from a script: $1\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();

    Outcome outcome =
        run(ExecutionSamples.execution("{'command':['./run','x'],'upload_path':'run'}", payloads));

    assertThat(outcome.stdout()).isEqualTo("from a script: x\n");
  }

  @Test
  void theEnvironmentHoldsWhatIsPromisedAndNothingOfTheServer() throws Exception {
    Execution execution =
        ExecutionSamples.execution(
            "{'command':['env'],'environment':{'A':1,'B':{'c':[]},'C':null,'UNRELATED':'mine',"
                + "'MN_WORKFLOW_STEP_ID':'own','MN_EXECUTION_ID':'forged'},"
                + "'pass_env':['MN_API_TOKEN','MN_REDIS_URL','UNRELATED','NOT_THERE']}",
            null);
    execution.workflow().put("step_id", "step").put("attempt", 2);

    List<String> lines = run(execution).stdout().lines().toList();

    assertThat(lines)
        .contains(
            "A=1",
            "B={\"c\":[]}",
            "UNRELATED=mine",
            "MN_JOB_ID=job-1",
            "MIRROR_NEURON_JOB_ID=job-1",
            "MN_RUN_ID=run-1",
            "MN_RUNS_ROOT=" + folder.resolve("runs"),
            "MN_NO_RUN_STORE=1",
            "MN_WORKFLOW_STEP_ID=own",
            "MIRROR_NEURON_WORKFLOW_STEP_ID=step",
            "MN_WORKFLOW_ATTEMPT=2",
            "MN_AGENT_BEACON_STDOUT_PREFIX=__MN_AGENT_BEACON__",
            "MN_BODY_CONTENT_TYPE=application/json",
            "MN_EXECUTION_ID=" + execution.executionId())
        .noneMatch(line -> line.contains("server-"))
        .noneMatch(line -> line.startsWith("MN_API_TOKEN") || line.startsWith("C="));
    assertThat(lines.stream().map(line -> line.split("=", 2)[0]))
        .allMatch(
            name ->
                name.startsWith("MN_")
                    || name.startsWith("MIRROR_NEURON_")
                    || List.of(
                            "PATH",
                            "HOME",
                            "LANG",
                            "LC_ALL",
                            "TMPDIR",
                            "TMP",
                            "TEMP",
                            "TZ",
                            "A",
                            "B",
                            "UNRELATED")
                        .contains(name));
  }

  @Test
  void passedOnVariablesArrive() throws Exception {
    Outcome outcome = run(ExecutionSamples.shell("echo $UNRELATED", "{'pass_env':['UNRELATED']}"));

    assertThat(outcome.stdout()).isEqualTo("of-the-server\n");
  }

  @Test
  void theKernelKeepsAProgramToItsLimits() throws Exception {
    Execution execution = ExecutionSamples.shell("ulimit -n; ulimit -v; ulimit -t; exit 3");
    execution
        .resources()
        .setAll(
            ExecutionSamples.object(
                "{'limits':{'open_files':50,'address_space_mb':512,'cpu_seconds':7}}"));
    Outcome outcome = run(execution);
    assertThat(outcome.stdout()).isEqualTo("50\n524288\n7\n");
    assertThat(outcome.exitCode()).isEqualTo(3);

    Execution busy = ExecutionSamples.shell("while :; do :; done");
    busy.resources().putObject("limits").put("cpu_seconds", 1);
    assertThat(run(busy).error())
        .isEqualTo("sh used up its CPU time (resources.limits.cpu_seconds)");
  }

  @Test
  void aProgramThatDoesNotHeedTheEndOfItsTimeHasUsedItUp() throws Exception {
    Execution busy = ExecutionSamples.shell("trap '' XCPU; while :; do :; done");
    busy.resources().putObject("limits").put("cpu_seconds", 1);
    Outcome outcome = run(busy);
    assertThat(outcome.error()).isEqualTo("sh used up its CPU time (resources.limits.cpu_seconds)");
    assertThat(outcome.exitCode()).isEqualTo(137);

    Execution killed = ExecutionSamples.shell("kill -9 $$");
    killed.resources().putObject("limits").put("cpu_seconds", 1);
    assertThat(run(killed).error()).endsWith("was ended by signal 9");
  }

  @Test
  void moreThanTheServerItselfMayHaveIsNotSet() throws Exception {
    Execution execution = ExecutionSamples.shell("ulimit -Hn");
    String own = run(execution).stdout();
    assumeThat(own.strip()).containsOnlyDigits();
    Execution asking = ExecutionSamples.shell("ulimit -Hn");
    asking.resources().putObject("limits").put("open_files", Long.parseLong(own.strip()) + 1);
    assertThat(run(asking).stdout()).isEqualTo(own);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'open_files':0}   | resources.limits.open_files must be a positive whole number",
        "{'cpu_seconds':'x'} | resources.limits.cpu_seconds must be a positive whole number",
        "{'threads':1}      | resources.limits has no member threads; it has open_files,"
            + " address_space_mb, cpu_seconds, memory_mb, processes, cpu_millis",
      })
  void limitsThatCannotBeAreRefused(String limits, String error) throws Exception {
    Execution execution = ExecutionSamples.command("true");
    execution.resources().set("limits", ExecutionSamples.object(limits));

    Outcome outcome = run(execution);

    assertThat(outcome.ending()).isEqualTo(Ending.NOT_STARTED);
    assertThat(outcome.error()).isEqualTo(error);
  }

  @Test
  void onlyTheThreeStandardStreamsAreOpen() throws Exception {
    try (var file = Files.newInputStream(Path.of("/dev/zero"));
        var socket = new java.net.ServerSocket(0)) {
      assertThat(file.read()).isZero();
      assertThat(socket.isBound()).isTrue();

      // ls itself opens the folder it lists.
      Outcome outcome =
          run(ExecutionSamples.shell("ls /proc/self/fd | wc -l; readlink /proc/self/fd/0"));

      assertThat(outcome.stdout()).isEqualTo("4\n/dev/null\n");
    }
  }

  @Test
  void signalsAreAsByDefaultAndNoneIsBlocked() throws Exception {
    String status = run(ExecutionSamples.command("cat", "/proc/self/status")).stdout();

    // Where the C library starts it, that keeps 32 and 33 for itself and ignores them.
    assertThat(status)
        .contains("SigBlk:\t0000000000000000")
        .containsPattern("SigIgn:\t(0{16}|0{7}180{7})");
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 17})
  void anAnswerIsReadWholeAndStoredShort(int megabytes) throws Exception {
    Outcome outcome =
        run(
            ExecutionSamples.shell(
                "head -c "
                    + (megabytes << 20)
                    + " /dev/zero | tr '\\0' x | fold -w 1000; echo;"
                    + "echo '{\"complete_step\":true}'; head -c 3000000 /dev/zero >&2",
                "{'max_output_bytes':1000}"));

    assertThat(outcome.structured().completeStep()).isNotNull();
    assertThat(outcome.stdout()).matches("(?s)[x\\n]{1000}\\n\\[output truncated: 1000 of \\d+.*");
    assertThat(outcome.stderr())
        .contains("[output truncated: 1000 of 3000000 bytes kept]\n[and its end]\n");
  }

  @Test
  void aLargeJsonAnswerIsParsedWhole() throws Exception {
    Outcome outcome =
        run(
            ExecutionSamples.shell(
                "printf '{\"complete_step\":\"'; head -c 5000000 /dev/zero | tr '\\0' x;"
                    + "printf '\"}'"));

    assertThat(outcome.structured().completeStep().output().asText()).hasSize(5_000_000);
    assertThat(outcome.stdout()).hasSizeLessThan(1_100_000);
  }

  @Test
  void secretsDoNotShowInStoredOutput() throws Exception {
    Outcome outcome =
        run(
            ExecutionSamples.shell(
                "echo $MY_TOKEN; echo $MY_TOKEN >&2",
                "{'environment':{'MY_TOKEN':'hunter2hunter2'}}"));

    assertThat(outcome.stdout()).isEqualTo("[REDACTED]\n");
    assertThat(outcome.stderr()).isEqualTo("[REDACTED]\n");
  }

  @Test
  void beaconsAreHeardWhileTheProgramRuns() throws Exception {
    Heard heard =
        start(
            ExecutionSamples.shell(
                "echo before; echo '__MN_AGENT_BEACON__{\"message\":\"m\",\"status\":\"busy\"}';"
                    + "while [ ! -e go ]; do sleep 0.02; done; echo after"));
    ObjectNode beacon = heard.beacon();
    Path workspace = onlyWorkspace();
    Files.createFile(workspace.resolve("go"));

    assertThat(beacon.path("message").asText()).isEqualTo("m");
    assertThat(beacon.path("source").asText()).isEqualTo("worker");
    assertThat(beacon.path("step").asText()).isEqualTo("worker");
    assertThat(heard.outcome().stdout()).isEqualTo("before\nafter\n");
  }

  @Test
  void ofAFloodOfBeaconsAFewAreHeardAndTheRestIsCounted() throws Exception {
    int printed = 100_000;
    Heard heard =
        start(
            ExecutionSamples.shell(
                "yes '__MN_AGENT_BEACON__{\"status\":\"busy\"}' | head -n " + printed));
    assertThat(heard.outcome().ending()).isEqualTo(Ending.SUCCEEDED);

    List<ObjectNode> beacons = List.copyOf(heard.beacons());
    assertThat(beacons).hasSizeBetween(PrintedBeacons.BURST, 1000);
    assertThat(beacons.stream().mapToLong(b -> 1 + b.path("beacons_dropped").asLong()).sum())
        .isEqualTo(printed);
  }

  @Test
  void theRunnerReportsWhereTheManifestAsksForIt() throws Exception {
    Heard heard =
        start(
            ExecutionSamples.shell(
                "while [ ! -e go ]; do sleep 0.02; done",
                "{'beacon_enabled':true,'beacon_interval_ms':100}"));
    assertThat(heard.beacon().path("status").asText()).isEqualTo("started");
    assertThat(heard.beacon().path("status").asText()).isEqualTo("working");
    Files.createFile(onlyWorkspace().resolve("go"));
    heard.outcome();

    assertThat(heard.signals())
        .filteredOn(Signal.Beacon.class::isInstance)
        .extracting(signal -> ((Signal.Beacon) signal).payload().path("status").asText())
        .startsWith("started", "working")
        .endsWith("completed");
  }

  @Test
  void silenceEndsAProgramThatMustReport() throws Exception {
    Outcome outcome =
        run(
            ExecutionSamples.shell(
                "echo '__MN_AGENT_BEACON__{}'; sleep 100",
                "{'agent_beacon_required':true,'beacon_timeout_ms':200}"));

    assertThat(outcome.ending()).isEqualTo(Ending.BEACON_MISSED);
    assertThat(outcome.error())
        .startsWith("agent beacon deadline exceeded")
        .contains("beacon_timeout_ms");
  }

  @Test
  void reportingKeepsAProgramAlive() throws Exception {
    Outcome outcome =
        run(
            ExecutionSamples.shell(
                "for i in $(seq 25); do echo '__MN_AGENT_BEACON__{}'; sleep 0.1; done",
                "{'agent_beacon_required':true,'beacon_timeout_ms':2000}"));

    assertThat(outcome.ending()).isEqualTo(Ending.SUCCEEDED);
  }

  /** Programs that make it hard to end them. Each prints {@code ready} when it is. */
  private static final String[] STUBBORN = {
    "echo ready; sleep 100",
    "sleep 100 & sleep 100 & echo ready; wait",
    "trap '' TERM; echo ready; while :; do sleep 100; done",
    "(trap '' TERM; echo ready; while :; do sleep 100; done) & wait",
    "setsid sleep 100 & echo ready; sleep 100",
    "setsid sh -c \"trap '' TERM; echo ready; while :; do sleep 100; done\" & wait",
    "setsid setsid sh -c 'sleep 100 & sleep 100' >/dev/null 2>&1 & echo ready; sleep 100",
  };

  static String[] stubborn() {
    return STUBBORN;
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.MethodSource("stubborn")
  void stoppingLeavesNothing(String script) throws Exception {
    Execution execution = ExecutionSamples.shell(beaconWhenReady(script));
    Heard heard = start(execution);
    heard.beacon();

    runner.stop(execution.executionId());

    assertThat(heard.outcome().ending()).isEqualTo(Ending.STOPPED);
    assertThat(processesOfThisTest()).isEmpty();
    assertThatAllSlotsAreFree();
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.MethodSource("stubborn")
  void aTimeoutLeavesNothing(String script) throws Exception {
    Outcome outcome = run(ExecutionSamples.shell(script, "{'timeout_seconds':0.3}"));

    assertThat(outcome.ending()).isEqualTo(Ending.TIMED_OUT);
    assertThat(outcome.error()).isEqualTo("sh timed out: timeout_seconds is 0.3");
    assertThat(processesOfThisTest()).isEmpty();
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.MethodSource("stubborn")
  void endingAllAtOnceLeavesNothingAndMoreCanBeStarted(String script) throws Exception {
    Execution execution = ExecutionSamples.shell(beaconWhenReady(script));
    Heard heard = start(execution);
    heard.beacon();
    runner.stop(execution.executionId()); // it has been asked to, and does not

    runner.stopAll().toCompletableFuture().join();

    assertThat(heard.outcome().ending()).isEqualTo(Ending.STOPPED);
    assertThat(processesOfThisTest()).isEmpty();
    assertThat(run(ExecutionSamples.shell("echo more")).ending()).isEqualTo(Ending.SUCCEEDED);
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.MethodSource("stubborn")
  void closingLeavesNothing(String script) throws Exception {
    Heard heard = start(ExecutionSamples.shell(beaconWhenReady(script)));
    heard.beacon();

    runner.close();

    assertThat(heard.outcome().ending()).isEqualTo(Ending.STOPPED);
    assertThat(processesOfThisTest()).isEmpty();
  }

  private static String beaconWhenReady(String script) {
    return script.replace("echo ready", "echo __MN_AGENT_BEACON__{}");
  }

  @Test
  void aStepEndsItsProgramWhenItsTimeIsOver() throws Exception {
    Execution execution = ExecutionSamples.shell("sleep 100", "{'timeout_seconds':90}");
    execution.workflow().put("step_id", "parse").put("timeout_ms", 200);

    Outcome outcome = run(execution);

    assertThat(outcome.ending()).isEqualTo(Ending.TIMED_OUT);
    assertThat(outcome.error())
        .isEqualTo(
            "sh timed out: the time of step parse was over at "
                + at(outcome.lease().acquiredAt() + 200));
  }

  @Test
  void theShorterLimitOfTheNodeComesFirst() throws Exception {
    Execution execution = ExecutionSamples.shell("sleep 100", "{'timeout_seconds':0.2}");
    execution.workflow().put("step_id", "parse").put("timeout_ms", 90_000);

    assertThat(run(execution).error()).isEqualTo("sh timed out: timeout_seconds is 0.2");
  }

  @Test
  void aProgramKnowsTheStepItWorksFor() throws Exception {
    Execution execution =
        ExecutionSamples.shell(
            "cat $MN_CONTEXT_FILE; echo; cat $MN_MESSAGE_FILE; echo; env | grep _WORKFLOW_");
    execution
        .message()
        .putObject("headers")
        .put("mn.trace_id", "t")
        .put("mn.workflow.step_id", "load")
        .put("mn.workflow.old", "of the step before");
    execution
        .workflow()
        .setAll(
            ExecutionSamples.object(
                "{'run_id':'r','step_id':'parse','attempt_id':'parse:attempt:2','attempt':2,"
                    + "'idempotency_key':'r/parse','timeout_ms':300000,'beacon_timeout_ms':45000,"
                    + "'inputs':{'load':{'n':1}}}"));

    Outcome outcome = run(execution);

    List<String> lines = outcome.stdout().lines().toList();
    String deadline = at(outcome.lease().acquiredAt() + 300_000);
    String heartbeat = at(outcome.lease().acquiredAt() + 45_000);
    assertThat(Json.parse(lines.get(0)).path("workflow"))
        .isEqualTo(
            ExecutionSamples.object(
                "{'run_id':'r','step_id':'parse','attempt_id':'parse:attempt:2','attempt':2,"
                    + "'idempotency_key':'r/parse','inputs':{'load':{'n':1}},'deadline_at':'"
                    + deadline
                    + "','heartbeat_deadline_at':'"
                    + heartbeat
                    + "'}"));
    assertThat(Json.parse(lines.get(1)).path("headers").toString())
        .isEqualTo(
            ("{'mn.trace_id':'t','mn.workflow.run_id':'r','mn.workflow.step_id':'parse',"
                    + "'mn.workflow.attempt_id':'parse:attempt:2','mn.workflow.attempt':2,"
                    + "'mn.workflow.deadline_at':'%s','mn.workflow.heartbeat_deadline_at':'%s',"
                    + "'mn.workflow.idempotency_key':'r/parse','mn.workflow.timeout_seconds':300,"
                    + "'mn.workflow.heartbeat_timeout_ms':45000}")
                .formatted(deadline, heartbeat)
                .replace('\'', '"'));
    assertThat(lines.subList(2, lines.size()))
        .containsExactlyInAnyOrder(
            Stream.of("MN_", "MIRROR_NEURON_")
                .flatMap(
                    prefix ->
                        Stream.of(
                                "RUN_ID=r",
                                "STEP_ID=parse",
                                "ATTEMPT_ID=parse:attempt:2",
                                "ATTEMPT=2",
                                "DEADLINE_AT=" + deadline,
                                "HEARTBEAT_DEADLINE_AT=" + heartbeat,
                                "IDEMPOTENCY_KEY=r/parse")
                            .map(fact -> prefix + "WORKFLOW_" + fact))
                .toArray(String[]::new));
    assertThat(execution.message().path("headers").path("mn.workflow.step_id").asText())
        .isEqualTo("load");
  }

  private static String at(long millis) {
    return Json.timestamp(java.time.Instant.ofEpochMilli(millis));
  }

  @Test
  void outputOfChildrenThatOutliveTheProgramForAMomentIsKept() throws Exception {
    runner.close();
    String id = ExecutionSamples.runtimeId(folder);
    runner = ExecutionSamples.runner(folder, GracePeriods.DEFAULT, Spawner.best(id));
    Outcome outcome = run(ExecutionSamples.shell("(sleep 0.2; echo late) & echo early"));

    assertThat(outcome.ending()).isEqualTo(Ending.SUCCEEDED);
    assertThat(outcome.stdout()).isEqualTo("early\nlate\n");
  }

  @Test
  void childrenThatStayTooLongAreEndedAndTheOutcomeStands() throws Exception {
    Outcome outcome =
        run(ExecutionSamples.shell("(trap '' TERM; sleep 100) & setsid sleep 100 & echo done"));

    assertThat(outcome.ending()).isEqualTo(Ending.SUCCEEDED);
    assertThat(outcome.stdout()).isEqualTo("done\n");
    assertThat(processesOfThisTest()).isEmpty();
  }

  @Test
  void aProcessThatHidesIsFoundSoonAfter() throws Exception {
    Outcome outcome =
        run(ExecutionSamples.shell("setsid sleep 100 </dev/null >/dev/null 2>&1 & echo done"));

    assertThat(outcome.ending()).isEqualTo(Ending.SUCCEEDED);
    until(() -> processesOfThisTest().isEmpty());
  }

  @Test
  void aStopLeavesTheQueue() throws Exception {
    Execution running = ExecutionSamples.shell("sleep 100", "{'pool_slots':4}");
    Execution waiting = ExecutionSamples.command("true");
    Heard first = start(running);
    until(() -> runner.capacity().pools().getFirst().inUse() == 4);
    Heard second = start(waiting);
    until(() -> runner.capacity().pools().getFirst().queued() == 1);

    runner.stop(waiting.executionId());

    assertThat(second.outcome().ending()).isEqualTo(Ending.STOPPED);
    assertThat(second.outcome().lease()).isNull();
    runner.stop(running.executionId());
    first.outcome();
    runner.stop("unknown");
    assertThatAllSlotsAreFree();
  }

  @Test
  void nothingStartsAfterTheEnd() throws Exception {
    runner.close();

    assertThat(run(ExecutionSamples.command("true")).error())
        .isEqualTo("the runtime is shutting down");
  }

  @Test
  void fiveHundredAtOnceAllFinishAndLeakNothing() throws Exception {
    runAll(50);
    long before = openDescriptors();

    runAll(500);

    assertThatAllSlotsAreFree();
    until(() -> openDescriptors() <= before);
  }

  private void runAll(int count) throws Exception {
    var heard = new ArrayList<Heard>();
    for (int i = 0; i < count; i++) {
      heard.add(start(ExecutionSamples.command("echo", Integer.toString(i))));
    }
    for (int i = 0; i < count; i++) {
      assertThat(heard.get(i).outcome().stdout()).isEqualTo(i + "\n");
    }
  }

  @Test
  void orphansOfAKilledServerAreEndedAtTheNextStart() throws Exception {
    String id = ExecutionSamples.runtimeId(folder);
    var builder =
        new ProcessBuilder("setsid", "sh", "-c", "setsid sleep 100 & env -i sleep 100 & sleep 100");
    builder.environment().put("MN_RUNTIME_ID", id);
    builder.environment().put("MN_EXECUTION_ID", "of-the-dead-server");
    Process orphan = builder.start();
    var other = new ProcessBuilder("sleep", "100");
    other.environment().put("MN_RUNTIME_ID", id + "-other");
    Process innocent = other.start();
    try {
      until(() -> new ProcessTable().inGroups(java.util.Set.of((int) orphan.pid())).size() >= 3);
      until(() -> processesOfThisTest().size() >= 3);
      Path stale = Files.createDirectories(workspaces().resolve("stale/inside"));
      Files.writeString(stale.resolve("file"), "x");

      Orphans.killAll(ExecutionSamples.config(folder), id);

      assertThat(processesOfThisTest()).isEmpty();
      assertThat(new ProcessTable().inGroups(java.util.Set.of((int) orphan.pid()))).isEmpty();
      assertThat(workspaces()).doesNotExist();
      assertThat(innocent.isAlive()).isTrue();
      Files.createDirectories(workspaces());
    } finally {
      orphan.destroyForcibly();
      innocent.destroyForcibly();
    }
  }

  private static final String NEST = "perl -e 'for (1..3000) { mkdir q(d); chdir q(d) or die }'";

  @Test
  void foldersInFoldersCostAStepNothing() throws Exception {
    assertThat(run(ExecutionSamples.shell(NEST)).error()).isNull();
    // Removed after the outcome is told: the next step does not wait for it.
    Eventually.eventually(
        "the workspace is removed", () -> workspaces().toFile().list().length == 0);
  }

  @Test
  void whatIsNestedDeeplyDoesNotKeepAServerFromItsStart() throws Exception {
    Path stale = Files.createDirectories(workspaces().resolve("stale"));
    assertThat(new ProcessBuilder("sh", "-c", NEST).directory(stale.toFile()).start().waitFor())
        .isZero();

    Orphans.killAll(ExecutionSamples.config(folder), ExecutionSamples.runtimeId(folder));

    assertThat(workspaces()).doesNotExist();
    Files.createDirectories(workspaces());
  }

  private List<ProcessTable.Entry> processesOfThisTest() {
    return new ProcessTable().withVariable("MN_RUNTIME_ID=" + ExecutionSamples.runtimeId(folder));
  }

  private Path workspaces() {
    return Workspaces.folder(folder.resolve("tmp"), ExecutionSamples.runtimeId(folder));
  }

  private Path onlyWorkspace() throws Exception {
    try (var entries = Files.list(workspaces())) {
      return entries.findFirst().orElseThrow();
    }
  }

  private void assertThatAllSlotsAreFree() {
    assertThat(runner.capacity().pools())
        .allMatch(pool -> pool.inUse() == 0 && pool.queued() == 0 && pool.active() == 0);
  }

  private static long openDescriptors() {
    String[] names = Path.of("/proc/self/fd").toFile().list();
    return names == null ? 0 : names.length;
  }

  private Outcome run(Execution execution) throws Exception {
    return start(execution).outcome();
  }

  private Heard start(Execution execution) {
    return Heard.start(runner, execution);
  }

  static void until(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
  }
}

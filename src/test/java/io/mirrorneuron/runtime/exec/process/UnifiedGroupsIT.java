package io.mirrorneuron.runtime.exec.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.exec.ExecutionSamples;
import io.mirrorneuron.runtime.exec.Heard;
import io.mirrorneuron.runtime.exec.LocalExecutions;
import io.mirrorneuron.runtime.exec.workspace.FolderTree;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit.Enforcement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Control groups in a folder that stands for the kernel's: what is written there, by whom and when,
 * and what is read. That a kernel does with it what it should is not tried here.
 */
@Timeout(60)
class UnifiedGroupsIT {
  private static final String SELF = Long.toString(ProcessHandle.current().pid());

  @TempDir private Path machine;
  private Path own;

  @BeforeEach
  void make() throws IOException {
    own = machine.resolve("sys/fs/cgroup/mn.service");
    put(machine.resolve("proc/self/cgroup"), "4:memory:/old\n0::/mn.service\n");
    put(own.resolve("cgroup.controllers"), "cpuset cpu io memory pids\n");
    put(own.resolve("cgroup.procs"), SELF + "\n");
    put(own.resolve("cgroup.subtree_control"), "");
  }

  @Test
  void theServerMovesAsideAndItsProgramsGetGroups() throws IOException {
    ControlGroups groups = find();

    assertThat(groups.kept())
        .containsExactlyInAnyOrder(
            ProgramLimit.MEMORY_MB, ProgramLimit.PROCESSES, ProgramLimit.CPU_MILLIS);
    assertThat(own.resolve("mn-server/cgroup.procs")).content().isEqualTo(SELF);
    try (ControlGroups.Group group =
        groups.make(
            Map.of(
                ProgramLimit.MEMORY_MB, 100L,
                ProgramLimit.PROCESSES, 7L,
                ProgramLimit.CPU_MILLIS, 1500L))) {
      Path folder = group.entrance().getParent();
      assertThat(folder).hasParent(own);
      assertThat(folder.resolve("memory.max")).content().isEqualTo("104857600");
      assertThat(folder.resolve("memory.swap.max")).content().isEqualTo("0");
      assertThat(folder.resolve("memory.oom.group")).content().isEqualTo("1");
      assertThat(folder.resolve("pids.max")).content().isEqualTo("7");
      assertThat(folder.resolve("cpu.max")).content().isEqualTo("150000 100000");
    }
    assertThat(programs()).isEmpty();
  }

  @Test
  void whoHasMovedBeforeStaysThere() throws IOException {
    find();
    put(machine.resolve("proc/self/cgroup"), "0::/mn.service/mn-server\n");
    put(own.resolve("cgroup.procs"), "");
    try (ControlGroups.Group group = find().make(Map.of(ProgramLimit.PROCESSES, 7L))) {
      assertThat(group.entrance().getParent()).hasParent(own);
    }
    assertThat(own.resolve("mn-server/mn-server")).doesNotExist();
    put(own.resolve("mn-server/cgroup.procs"), SELF + "\n1\n");
    assertThat(find()).isSameAs(ControlGroups.NONE);
  }

  @Test
  void whereNothingWasGivenThereAreNone() throws IOException {
    put(own.resolve("cgroup.procs"), SELF + "\n1\n"); // somebody else is in it
    assertThat(find()).isSameAs(ControlGroups.NONE);
    put(own.resolve("cgroup.procs"), SELF);
    put(own.resolve("cgroup.controllers"), "cpuset io\n");
    assertThat(find()).isSameAs(ControlGroups.NONE);
    put(machine.resolve("proc/self/cgroup"), "4:memory:/old\n");
    assertThat(find()).isSameAs(ControlGroups.NONE);
    put(machine.resolve("proc/self/cgroup"), "0::/../../elsewhere\n");
    assertThat(find()).isSameAs(ControlGroups.NONE);
    assertThat(own.resolve("mn-server")).doesNotExist();
  }

  @Test
  void whatAKilledServerLeftIsRemovedAndWhatIsOfOthersIsNot() throws IOException {
    put(own.resolve("mn-test.5/inner/cgroup.procs"), "");
    put(own.resolve("mn-other.5/cgroup.procs"), "");
    find();
    assertThat(own.resolve("mn-test.5")).doesNotExist();
    assertThat(own.resolve("mn-other.5")).exists();
  }

  @Test
  void aProgramIsInItsGroupBeforeItBeginsAndHasNoHandleOfIt() throws Exception {
    Outcome outcome =
        run(
            "cat %s/mn-test.*/cgroup.procs; echo $$; ls /proc/self/fd | wc -l; ulimit -n"
                .formatted(own),
            Map.of("memory_mb", 50L, "open_files", 90L));

    assertThat(outcome.ending()).as("%s", outcome).isEqualTo(Ending.SUCCEEDED);
    String[] lines = outcome.stdout().split("\n");
    assertThat(lines[0]).isEqualTo(lines[1]);
    assertThat(lines[2]).isEqualTo("4"); // ls itself opens the folder it lists
    assertThat(lines[3]).isEqualTo("90");
    assertThat(programs()).isEmpty();
  }

  @Test
  void whatTheKernelDidIsTold() throws Exception {
    Outcome memory =
        run(
            "cd %s/mn-test.*; printf 'oom 1\\noom_kill 3\\n' >memory.events; kill -9 $$"
                .formatted(own),
            Map.of("memory_mb", 50L));
    assertThat(memory.ending()).isEqualTo(Ending.OUT_OF_MEMORY);
    assertThat(memory.error())
        .isEqualTo(
            "out of memory: the kernel ended the program and its children, which used all of 50 MB"
                + " allowed (resources.limits.memory_mb)");

    String refused = "cd %s/mn-test.*; echo max 2 >pids.events; exit 5".formatted(own);
    assertThat(run(refused, Map.of("processes", 4L)).error())
        .isEqualTo(
            "too many processes: the program failed with exit code 5 after the kernel refused it"
                + " more than 4 processes and threads (resources.limits.processes)");
    String went = refused.replace("exit 5", "exit 0");
    assertThat(run(went, Map.of("processes", 4L)).ending()).isEqualTo(Ending.SUCCEEDED);
  }

  /** The rest is done by looking, and told so. */
  @Test
  void oneControllerAloneIsUsed() throws Exception {
    put(own.resolve("cgroup.controllers"), "pids\n");
    try (LocalExecutions runner = ExecutionSamples.runner(machine, find())) {
      assertThat(runner.enforcement(ProgramLimit.PROCESSES)).isEqualTo(Enforcement.CGROUP);
      assertThat(runner.enforcement(ProgramLimit.MEMORY_MB)).isEqualTo(Enforcement.PROCESS);
      assertThat(runner.enforcement(ProgramLimit.CPU_MILLIS)).isEqualTo(Enforcement.NONE);
      assertThat(runner.enforcement(ProgramLimit.OPEN_FILES)).isEqualTo(Enforcement.PROCESS);
    }
  }

  private Outcome run(String script, Map<String, Long> limits) throws Exception {
    try (LocalExecutions runner = ExecutionSamples.runner(machine, find())) {
      Execution execution = ExecutionSamples.shell(script);
      limits.forEach(execution.resources().putObject("limits")::put);
      return Heard.start(runner, execution).outcome();
    }
  }

  private ControlGroups find() {
    return UnifiedGroups.find(
        machine.resolve("proc"), machine.resolve("sys/fs/cgroup"), "test", FolderTree::delete);
  }

  private Stream<Path> programs() throws IOException {
    return Files.list(own).filter(one -> one.getFileName().toString().startsWith("mn-test."));
  }

  private static void put(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}

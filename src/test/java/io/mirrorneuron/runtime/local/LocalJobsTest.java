package io.mirrorneuron.runtime.local;

import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.config.Config.UnknownMembers;
import io.mirrorneuron.config.LoadLimits;
import io.mirrorneuron.config.NodeSettings.Marks;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.runtime.admission.Admission;
import io.mirrorneuron.runtime.admission.LoadAdmission;
import io.mirrorneuron.runtime.admission.LocalMachine;
import io.mirrorneuron.runtime.admission.LocalMachine.Programs;
import io.mirrorneuron.runtime.admission.ProgramPath;
import io.mirrorneuron.runtime.cluster.GpuInventory;
import io.mirrorneuron.runtime.exec.pool.Pools.NodeCapacity;
import io.mirrorneuron.runtime.exec.pool.Pools.ProgramCapacity;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.placement.LocalScheduler;
import io.mirrorneuron.runtime.port.FolderOwnership;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.InMemoryJobStore;
import io.mirrorneuron.testing.InMemoryNodeRegistry;
import io.mirrorneuron.testing.InMemoryRecordStore;
import io.mirrorneuron.testing.RuntimeFixture;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LocalJobsTest {
  private static final String IDLE_SERVICE =
      """
      {"manifest_version": "1.0", "graph_id": "idle", "type": "service",
       "nodes": [{"node_id": "a", "agent_type": "router", "role": "root"}]}""";

  private final InMemoryJobStore disk = new InMemoryJobStore();
  private final Manifests manifests = new Manifests(DefaultRunner.HOST_LOCAL);
  private final Engine engine =
      new Engine(
          new Engine.Identity("node", "node", false, Integer.MAX_VALUE),
          new Engine.Ports(
              disk,
              new InMemoryNodeRegistry(),
              new LocalScheduler("node"),
              null, // no agent runs a program
              new Timers() {
                @Override
                public long now() {
                  return 1;
                }

                @Override
                public void at(long at, Runnable task) {
                  // time stands still
                }
              },
              jobId -> Runnable::run),
          manifests::parse,
          fingerprint -> null,
          (jobId, isPressing) -> {});

  /** The disk, to which something happens after the first of all reads. */
  private JobStore interruptedBy(Runnable happening) {
    List<Runnable> pending = new ArrayList<>(List.of(happening));
    return (JobStore)
        Proxy.newProxyInstance(
            JobStore.class.getClassLoader(),
            new Class<?>[] {JobStore.class},
            (proxy, method, arguments) -> {
              Object answer = method.invoke(disk, arguments);
              if (!pending.isEmpty()) {
                pending.removeFirst().run();
              }
              return answer;
            });
  }

  @Test
  void aJobThatEndsWhileItIsReadIsNotShownEndedWithoutItsResult() {
    String jobId =
        Answers.await(
                engine
                    .creation()
                    .submit(
                        new NewJob("idle-1", "node", IDLE_SERVICE, null, null, null),
                        manifests.parse(IDLE_SERVICE),
                        null,
                        null,
                        null,
                        List.of()))
            .jobId();
    JobStore store =
        interruptedBy(() -> Answers.await(engine.commands().cancel(jobId, null, null)));
    LocalJobs jobs =
        new LocalJobs(
            new JobAccess(
                engine,
                store,
                null,
                new ManifestCache(manifests, UnknownMembers.WARN, _ -> List.of()),
                new NewJobs("node", () -> "0", new RunFolders(run -> Optional.empty(), store)),
                new Admission(
                    new LocalMachine(
                        "node",
                        () -> RuntimeFixture.HARDWARE,
                        GpuInventory.of(List.of()),
                        Map.of(),
                        Marks.NONE,
                        new Programs(
                            () -> NodeCapacity.endless("node"),
                            () -> new ProgramCapacity(List.of(), List.of()),
                            List::of)),
                    ProgramPath.of(Map.of("PATH", "")),
                    Clock.systemUTC()),
                new JobHistory(store, new InMemoryRecordStore()),
                null,
                null,
                _ -> {},
                FolderOwnership.NONE,
                new LoadAdmission(
                    new LoadLimits(false, 1, 1, 1, 1, 1),
                    GrpcRuntime::hardware,
                    new LoadAdmission.Programs(() -> 0, () -> 0),
                    Path.of("/proc"))),
            new Watches(),
            new Clearing(Secret.NONE, () -> true, () -> {}, new InMemoryJobStore()),
            Clock.systemUTC(),
            Storage.unwatched());

    ObjectNode during = tree(jobs.get(jobId));
    ObjectNode after = tree(jobs.get(jobId));

    assertThat(during.at("/job/status").asText()).isEqualTo("running");
    assertThat(after.at("/job/status").asText()).isEqualTo("cancelled");
    assertThat(after.at("/job/result/reason").asText()).isEqualTo("cancelled by operator");
  }
}

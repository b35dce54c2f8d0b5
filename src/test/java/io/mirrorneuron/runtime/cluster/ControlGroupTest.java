package io.mirrorneuron.runtime.cluster;

import static io.mirrorneuron.runtime.cluster.HardwareProbeTest.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.cluster.HardwareProbe.ControlGroup;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders as Linux mounts them. */
class ControlGroupTest {
  @TempDir Path root;

  private ControlGroup group() {
    return new ControlGroup(root.resolve("proc"), root.resolve("sys"));
  }

  @Test
  void whereThereAreNoGroupsNothingIsTold() {
    assertThat(group().memory()).isEmpty();
    assertThat(group().processors()).isEmpty();
  }

  @Test
  void versionTwoSaysMaxWhereThereIsNoLimit() throws IOException {
    write(root, "proc/self/cgroup", "0::/\n");
    write(root, "sys/memory.max", "max\n");
    write(root, "sys/memory.current", "5\n");
    write(root, "sys/cpu.max", "max 100000\n");
    assertThat(group().memory()).isEmpty();
    assertThat(group().processors()).isEmpty();
  }

  @Test
  void theTightestOfTheGroupsAboveCounts() throws IOException {
    write(root, "proc/self/cgroup", "0::/pod/box\n");
    write(root, "sys/pod/memory.max", "1000\n");
    write(root, "sys/pod/memory.current", "950\n");
    write(root, "sys/pod/box/memory.max", "800\n");
    write(root, "sys/pod/box/memory.current", "700\n");
    write(root, "sys/pod/box/memory.stat", "inactive_file 300\n");
    write(root, "sys/pod/cpu.max", "150000 100000\n");
    write(root, "sys/pod/box/cpu.max", "max 100000\n");
    assertThat(group().memory()).contains(new Hardware.Memory(800, 50));
    assertThat(group().processors()).hasValue(1.5);
  }

  @Test
  void aPathOfTheHostIsThatOfTheContainerItself() throws IOException {
    write(root, "proc/self/cgroup", "0::/system.slice/docker-1234.scope\n");
    write(root, "sys/memory.max", "1000\n");
    write(root, "sys/memory.current", "1100\n");
    write(root, "sys/cpu.max", "200000 100000\n");
    assertThat(group().memory()).contains(new Hardware.Memory(1000, 0));
    assertThat(group().processors()).hasValue(2);
  }

  @Test
  void versionOneHasAFolderForEachResource() throws IOException {
    write(
        root,
        "proc/self/cgroup",
        "4:memory:/docker/12\n2:cpuacct,cpu:/docker/12\n1:name=systemd:/\n0::/\nnonsense\n");
    write(root, "sys/memory/memory.limit_in_bytes", "9223372036854771712\n");
    write(root, "sys/memory/memory.usage_in_bytes", "4000\n");
    write(root, "sys/memory/docker/12/memory.limit_in_bytes", "1000\n");
    write(root, "sys/memory/docker/12/memory.usage_in_bytes", "900\n");
    write(root, "sys/memory/docker/12/memory.stat", "inactive_file 1\ntotal_inactive_file 400\n");
    write(root, "sys/cpu/docker/12/cpu.cfs_quota_us", "-1\n");
    write(root, "sys/cpu/cpu.cfs_quota_us", "300000\n");
    write(root, "sys/cpu/cpu.cfs_period_us", "100000\n");
    assertThat(group().memory()).contains(new Hardware.Memory(1000, 500));
    assertThat(group().processors()).hasValue(3);
  }

  @Test
  void aPathThatLeadsOutIsNotFollowed() throws IOException {
    write(root, "proc/self/cgroup", "0::/../elsewhere\n");
    write(root, "elsewhere/memory.max", "7\n");
    assertThat(group().memory()).isEmpty();
  }
}

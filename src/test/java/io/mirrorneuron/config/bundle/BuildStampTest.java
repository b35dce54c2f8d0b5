package io.mirrorneuron.config.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.Build;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildStampTest {
  @TempDir Path sources;

  private void git(String... words) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("git", "-c", "user.name=a", "-c", "user.email=a@b.example"));
    command.addAll(List.of(words));
    ProcessBuilder asking = new ProcessBuilder(command).directory(sources.toFile()).inheritIO();
    asking.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
    asking.environment().putAll(Map.of("GIT_COMMITTER_DATE", "2026-06-20T12:00:00+02:00"));
    assertThat(asking.start().waitFor()).isZero();
  }

  @Test
  void theCommitAndItsDateAreNotedAndNoOtherTime() throws Exception {
    git("init", "-q");
    Files.writeString(sources.resolve("a.txt"), "a");
    git("add", "-A");
    git("commit", "-q", "-m", "first");

    String text = BuildStamp.text(sources, "1.2.0");
    assertThat(text)
        .matches("version=1.2.0\ncommit=[0-9a-f]{40}\ndate=2026-06-20T10:00:00Z\n")
        .isEqualTo(BuildStamp.text(sources, "1.2.0"));

    Files.writeString(sources.resolve("b.txt"), "b");
    assertThat(BuildStamp.text(sources, "1.2.0"))
        .containsPattern("commit=[0-9a-f]{40}\\+changes\n");
  }

  @Test
  void sourcesWithoutARepositoryHaveAVersionOnly() throws Exception {
    assertThat(BuildStamp.text(sources, "1.2.0")).isEqualTo("version=1.2.0\n");
    Files.createDirectory(sources.resolve(".git"));
    assertThat(BuildStamp.text(sources, "1.2.0")).isEqualTo("version=1.2.0\n");
  }

  @Test
  void aBuildIsToldInWords() {
    Build build = new Build("1.2.0", "3f2b8c1d9e4a5b6c7d8e9f0a", "2026-06-20T10:00:00Z");
    assertThat(build.brief()).isEqualTo("1.2.0 3f2b8c1d");
    assertThat(build.words())
        .isEqualTo("1.2.0 (commit 3f2b8c1d9e4a5b6c7d8e9f0a of 2026-06-20T10:00:00Z)");
    assertThat(new Build("1.2.0", "3f2b8c1d9e+changes", "x").brief()).isEqualTo("1.2.0 3f2b8c1d+");
    assertThat(new Build("1.2.0", null, null).words()).isEqualTo("1.2.0");
    assertThat(Build.current().version()).isNotEqualTo("development");
  }
}

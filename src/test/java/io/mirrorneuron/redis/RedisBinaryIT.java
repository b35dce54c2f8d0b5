package io.mirrorneuron.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.testing.OldRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisBinaryIT {
  @TempDir Path folder;

  private RedisBinary.Found find(String searchPath, String writer) {
    return new RedisBinary(folder.resolve("bin"), searchPath).find(RedisVersion.ofName(writer));
  }

  /** A program that says what a newer server says; only its answer is looked at here. */
  private Path installed(String place, String program, String says) throws IOException {
    Path file = Files.createDirectories(folder.resolve(place)).resolve(program);
    Files.writeString(file, "#!/bin/sh\necho '" + says + " sha=00000000:0 malloc=libc bits=64'\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void theBundledOneIsWhatItsNameSays() {
    RedisBinary.Found found = find("", "");
    assertThat(found.version()).hasToString("Redis 7.0.15");
    assertThat(found.program()).startsWith(folder.resolve("bin"));
    assertThat(RedisBinary.version(found.program())).isEqualTo(Optional.of(found.version()));
  }

  @Test
  void theNewestOneOfThePathIsPreferredToTheBundledOne() throws Exception {
    installed("a", "redis-server", "Redis server v=7.2.15");
    Path newest = installed("b", "valkey-server", "Valkey server v=9.1.1");
    installed("c", "redis-server", "Redis server v=8.8.1");
    String path = "%1$s/none:%1$s/a:%1$s/b:%1$s/c".formatted(folder);
    assertThat(find(path, "")).isEqualTo(new RedisBinary.Found(newest, version("Valkey 9.1.1")));
  }

  @Test
  void anOlderOneOrOneThatDoesNotRunIsNot() throws Exception {
    OldRedis.unpack(folder.resolve("old"));
    installed("broken", "redis-server", "exec format error");
    String path = "%1$s/broken:%1$s/old".formatted(folder);
    assertThat(find(path, "").version()).hasToString("Redis 7.0.15");
  }

  @Test
  void oneThatCannotReadTheDataIsPassedOver() throws Exception {
    installed("a", "valkey-server", "Valkey server v=9.1.1");
    Path reads = installed("b", "redis-server", "Redis server v=8.2.8");
    String path = "%1$s/a:%1$s/b".formatted(folder);
    assertThat(find(path, "Redis 8.0.3").program()).isEqualTo(reads);
    assertThatThrownBy(() -> find(path, "Redis 8.4.5"))
        .isInstanceOf(MnException.class)
        .hasMessage(
            "no Redis here reads the data that Redis 8.4.5 wrote: install it or a newer one again,"
                + " or set MN_REDIS_URL");
  }

  @Test
  void aRelativeFolderOfThePathIsNotLookedIn() throws Exception {
    installed("a", "redis-server", "Redis server v=8.8.1");
    Path here = Path.of("").toAbsolutePath();
    String path = here.relativize(folder.resolve("a")) + "::.";
    assertThat(find(path, "").version()).hasToString("Redis 7.0.15");
  }

  private static RedisVersion version(String name) {
    return RedisVersion.ofName(name).orElseThrow();
  }
}

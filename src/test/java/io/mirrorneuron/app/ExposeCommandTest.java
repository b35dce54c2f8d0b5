package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.testing.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code mn node expose} keeps, and what the next server of that home makes of it. */
class ExposeCommandTest {
  @TempDir Path home;

  private Shell shell() {
    return new Shell(Main::commandLine, home).set("MN_HOME", home.toString());
  }

  private Config config() {
    return new ConfigLoader(Map.of("MN_HOME", home.toString()), null, Map.of(), home).load();
  }

  @Test
  void theNextServerIsExposedUntilItIsUndoneAndOtherSettingsStay() throws Exception {
    Files.writeString(home.resolve("docker-compose.env"), "MN_GRPC_PORT=55099\n");
    assertThat(shell().run("node", "expose", "--host", "127.0.0.9").exitCode()).isZero();
    Config exposed = config();
    assertThat(exposed.node().network().exposed()).isTrue();
    assertThat(exposed.node().network().advertiseHost()).isEqualTo("127.0.0.9");
    assertThat(exposed.grpc().host()).isEqualTo("127.0.0.9");
    assertThat(exposed.grpc().port()).isEqualTo(55_099);
    assertThat(shell().run("node", "expose", "--off").exitCode()).isZero();
    assertThat(config().node().network().exposed()).isFalse();
    assertThat(config().grpc().port()).isEqualTo(55_099);
    assertThat(shell().run("node", "expose", "--off", "--host", "x").exitCode()).isEqualTo(2);
  }

  @Test
  void whoNamesARedisIsToldThatItJoinsNobody() {
    Shell.Ended own = shell().run("node", "expose", "--host", "127.0.0.9");
    assertThat(own.out()).contains("mn node add 127.0.0.9").doesNotContain("cannot join");
    for (String setting :
        List.of("MN_REDIS_URL=redis://10.0.0.1:6379", "MN_REDIS_CLUSTER=10.0.0.1:7000")) {
      String[] both = setting.split("=", 2);
      Shell.Ended reported =
          shell().set(both[0], both[1]).run("node", "expose", "--host", "127.0.0.9");
      assertThat(reported.exitCode()).as(reported.err()).isZero();
      assertThat(reported.out())
          .contains("is reached at 127.0.0.9", "cannot join others while its settings name a Redis")
          .doesNotContain("mn node add");
    }
  }

  @Test
  void whatIsNoNameOfAHostIsNotKept() {
    for (String host : List.of("127.0.0.4\nMN_API_TOKEN=x", "a b;c", "10.0.0.7:55051", "")) {
      Shell.Ended refused = shell().run("node", "expose", "--host", host);
      assertThat(refused.exitCode()).as(host).isEqualTo(2);
      assertThat(refused.err()).contains("--host must be a name or address");
    }
    assertThat(home.resolve("docker-compose.env")).doesNotExist();
  }
}

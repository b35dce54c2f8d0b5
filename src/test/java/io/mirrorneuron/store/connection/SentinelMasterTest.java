package io.mirrorneuron.store.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.store.connection.SentinelMaster.MasterReport;
import java.util.List;
import org.junit.jupiter.api.Test;

class SentinelMasterTest {
  private static final MasterReport OLD = new MasterReport("10.0.0.1", "6379", 4, false);
  private static final MasterReport NEW = new MasterReport("10.0.0.2", "6379", 5, false);
  private static final MasterReport DOWN = new MasterReport("10.0.0.2", "6379", 5, true);

  @Test
  void theNewestConfigurationCountsWhoeverElseAnswers() {
    assertThat(SentinelMaster.newest(List.of(OLD, NEW, OLD)).result()).isEqualTo(NEW);
  }

  @Test
  void aMasterThatMostTakeForDownIsNotTried() {
    assertThat(SentinelMaster.newest(List.of(NEW, DOWN)).result().address())
        .isEqualTo("redis://10.0.0.2:6379");
    assertThatThrownBy(() -> SentinelMaster.newest(List.of(DOWN, NEW, DOWN)).await())
        .hasMessageContaining("10.0.0.2:6379 for down");
  }

  @Test
  void anAddressOfVersionSixIsWrittenInBrackets() {
    assertThat(new MasterReport("fd00::1", "6380", 1, false).address())
        .isEqualTo("redis://[fd00::1]:6380");
  }
}

package io.mirrorneuron.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.config.Config.UnknownMembers;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.testing.SampleManifests;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManifestCacheTest {
  private static final String KNOWN = SampleManifests.program("graph", "true");
  private static final String UNKNOWN = KNOWN.replaceFirst("\\{", "{\"workflwo\":1,");
  private static final String IGNORED = KNOWN.replaceFirst("\\{", "{\"daemon\":true,");

  @Test
  void unknownMembersAreAcceptedWithAWarning() {
    ManifestCache cache = cache(UnknownMembers.WARN);
    assertThat(cache.accept(UNKNOWN).warnings()).hasSize(1);
  }

  @Test
  void unknownMembersOfNewManifestsAreRefusedWhereThatIsSet() {
    ManifestCache cache = cache(UnknownMembers.REFUSE);
    assertThatThrownBy(() -> cache.accept(UNKNOWN))
        .isInstanceOf(MnException.class)
        .hasMessage("unknown member workflwo; did you mean workflow?");
    assertThat(cache.accept(KNOWN).warnings()).isEmpty();
    assertThat(cache.accept(IGNORED).warnings()).hasSize(1);
  }

  @Test
  void jobsThatAreThereStayReadable() {
    assertThat(cache(UnknownMembers.REFUSE).parse(UNKNOWN).graphId()).isEqualTo("graph");
  }

  @Test
  void whatIsAcceptedAgainIsTheSame() {
    ManifestCache cache = cache(UnknownMembers.WARN);
    assertThat(cache.accept(UNKNOWN)).isSameAs(cache.accept(UNKNOWN));
  }

  @Test
  void whatWasReadIsNotAcceptedForThat() {
    ManifestCache cache = cache(UnknownMembers.REFUSE);
    cache.parse(UNKNOWN);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> cache.accept(UNKNOWN)).isInstanceOf(MnException.class);
    }
  }

  private static ManifestCache cache(UnknownMembers unknown) {
    return new ManifestCache(new Manifests(DefaultRunner.HOST_LOCAL), unknown, _ -> List.of());
  }
}
